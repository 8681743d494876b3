import NotificationModel

extension AdvertisingText {
  /// The label before everything, with the sender, and the way out after it.
  func applied(to content: MessageContent, _ kind: ChannelKind) throws(Rejection) -> MessageContent {
    guard let wayOut = optOut[kind] else {
      throw Rejection(
        .advertisingNotConfigured, "policy.advertising has no optOut for \(kind.rawValue), which the law asks for")
    }
    var result = content
    if let push = content.push {
      let heading = push.title.map { "\(label) \(unlabelled($0))" } ?? "\(label) \(sender)"
      result.push?.title = heading
      // A text of the app's own would take the place of what the law wants written.
      result.push?.dropOwnTexts()
      result.push?.body = push.title == nil ? "\(push.body)\n\(wayOut)" : "\(sender)\n\(push.body)\n\(wayOut)"
    }
    if let sms = content.sms { result.sms?.body = "\(label)\(sender)\n\(unlabelled(sms.body))\n\(wayOut)" }
    if let email = content.email {
      result.email?.subject = "\(label) \(unlabelled(email.subject))"
      result.email?.html = email.html.map {
        Self.inserting("<p>\(Self.escaped(sender))<br>\(Self.escaped(wayOut))</p>", into: $0)
      }
      result.email?.text = email.text.map { "\($0)\n\n\(sender)\n\(wayOut)\n" }
    }
    return result
  }

  /// Without the label that the words have already, as theirs may not stand where the law wants it.
  private func unlabelled(_ text: String) -> Substring {
    let trimmed = text.drop(while: \.isWhitespace)
    return trimmed.hasPrefix(label) ? trimmed.dropFirst(label.count).drop(while: \.isWhitespace) : text[...]
  }

  /// Before the body's end, where there is one.
  private static func inserting(_ footer: String, into html: String) -> String {
    guard let end = html.range(ofLast: "</body>") else { return html + footer }
    return html[..<end] + footer + html[end...]
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}

extension String {
  /// Where the last one of an ASCII text begins, letters of either size being the same.
  fileprivate func range(ofLast text: String) -> String.Index? {
    let wanted = Array(text.utf8)
    var at = utf8.endIndex
    while at > utf8.startIndex {
      at = utf8.index(before: at)
      let found = utf8[at...].prefix(wanted.count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      if found == wanted { return at }
    }
    return nil
  }
}
