extension MessageContent {
  /// Reads what a delivery holds, as Codable does.
  init(_ json: inout JSONReader) throws(JSONParseError) {
    self.init()
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "push": push = try PushContent(&json)
      case "sms": sms = try SMSContent(&json)
      case "email": email = try EmailContent(&json)
      default: try json.skip()
      }
    }
  }
}

extension PushContent {
  fileprivate init(_ json: inout JSONReader) throws(JSONParseError) {
    var body: String?
    var push = PushContent(body: "")
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "title": push.title = try json.text()
      case "body": body = try json.text()
      case "actionKey": push.actionKey = try json.text()
      case "badge": push.badge = Int(try json.integer())
      case "sound": push.sound = try json.text()
      case "threadID": push.threadID = try json.text()
      case "mutable": push.mutable = try json.flag()
      case "titleKey": push.titleKey = try json.text()
      case "titleArguments": push.titleArguments = try json.texts()
      case "bodyKey": push.bodyKey = try json.text()
      case "bodyArguments": push.bodyArguments = try json.texts()
      default: try json.skip()
      }
    }
    guard let body else { throw json.fault }
    push.body = body
    self = push
  }
}

extension SMSContent {
  fileprivate init(_ json: inout JSONReader) throws(JSONParseError) {
    var body: String?
    try json.members { json, name throws(JSONParseError) in
      if try json.null() { return }
      if name == "body" { body = try json.text() } else { try json.skip() }
    }
    guard let body else { throw json.fault }
    self.init(body: body)
  }
}

extension EmailContent {
  fileprivate init(_ json: inout JSONReader) throws(JSONParseError) {
    var (subject, html, text): (String?, String?, String?)
    try json.members { json, name throws(JSONParseError) in
      guard try !json.null() else { return }
      switch name {
      case "subject": subject = try json.text()
      case "html": html = try json.text()
      case "text": text = try json.text()
      default: try json.skip()
      }
    }
    guard let subject else { throw json.fault }
    self.init(subject: subject, html: html, text: text)
  }
}

extension JSONReader {
  fileprivate mutating func texts() throws(JSONParseError) -> [String] {
    var texts: [String] = []
    try items { json throws(JSONParseError) in texts.append(try json.text()) }
    return texts
  }
}
