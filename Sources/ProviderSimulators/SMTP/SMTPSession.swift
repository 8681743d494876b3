/// What one connection has said so far, and what it is answered: RFC 5321 with STARTTLS, AUTH, PIPELINING, SIZE and
/// 8BITMIME. It knows no socket and no clock.
struct SMTPSession {
  struct Rules: Sendable {
    var needsTLS = true
    var offersTLS = true
    /// Passwords by user; nil: nobody need log in.
    var users: [String: String]?
    var sizeMax = 10_000_000
    var recipientsMax = 100
  }

  /// What a line leads to.
  enum Outcome: Equatable {
    /// More lines come before there is an answer.
    case nothing
    case reply(SMTPReply, SMTPStep?)
    /// The mail is complete, and its reply the server's to give.
    case mail
  }

  enum State: Equatable {
    case command
    case loginUser
    case loginPassword(user: String)
    case plain
    case data
  }

  let rules: Rules
  var isEncrypted: Bool
  private(set) var hello: String?
  var user: String?
  private(set) var from: String?
  private(set) var to: [String] = []
  private(set) var mail: [UInt8] = []
  private(set) var problem: SMTPReply?
  var state = State.command

  init(_ rules: Rules, isEncrypted: Bool) { (self.rules, self.isEncrypted) = (rules, isEncrypted) }

  var isInData: Bool { state == .data }

  /// A line's bytes with its end, CRLF or a bare LF.
  mutating func take(_ line: ArraySlice<UInt8>) -> Outcome {
    if state == .data { return takeData(line) }
    guard line.count <= 2_048 else { return .reply(SMTPReply(500, "5.5.2", "Line too long"), nil) }
    let bare = line.prefix { $0 != 0x0D && $0 != 0x0A }
    let text = String(decoding: bare, as: UTF8.self)
    if state != .command { return login(text) }
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    return command((parts.first ?? "").uppercased(), parts.count > 1 ? parts[1] : "")
  }

  /// The mail is over, or TLS has begun.
  mutating func reset(forgetsHello: Bool = false) {
    (from, to, mail, problem, state) = (nil, [], [], nil, .command)
    if forgetsHello { (hello, user) = (nil, nil) }
  }

  /// A command that a misbehaviour answered has no effect.
  mutating func undo(_ step: SMTPStep) {
    switch step {
    case .mail: from = nil
    case .recipient: _ = to.popLast()
    case .authentication: (user, state) = (nil, .command)
    case .data, .endOfData: reset()
    case .hello: hello = nil
    case .connect, .startTLS: break
    }
  }
}

// MARK: Commands

extension SMTPSession {
  private mutating func command(_ verb: String, _ argument: String) -> Outcome {
    switch verb {
    case "EHLO": greet(argument, isExtended: true)
    case "HELO": greet(argument, isExtended: false)
    case "STARTTLS": startTLS()
    case "AUTH": authenticate(argument)
    case "MAIL": .reply(mailFrom(argument), .mail)
    case "RCPT": .reply(recipient(argument), .recipient)
    case "DATA": .reply(beginData(), .data)
    case "RSET":
      {
        reset()
        return .reply(SMTPReply(250, "2.0.0", "Reset"), nil)
      }()
    case "NOOP": .reply(SMTPReply(250, "2.0.0", "OK"), nil)
    case "QUIT": .reply(SMTPReply(221, "2.0.0", "Bye", .end), nil)
    case "VRFY": .reply(SMTPReply(252, "2.1.5", "Try it"), nil)
    default: .reply(SMTPReply(500, "5.5.1", "Command not known"), nil)
    }
  }

  private mutating func greet(_ name: String, isExtended: Bool) -> Outcome {
    guard !name.isEmpty else { return .reply(SMTPReply(501, "5.5.4", "A name is needed"), .hello) }
    reset()
    hello = name
    guard isExtended else { return .reply(SMTPReply(250, lines: ["localhost"]), .hello) }
    var lines = ["localhost", "PIPELINING", "SIZE \(rules.sizeMax)", "8BITMIME", "ENHANCEDSTATUSCODES"]
    if rules.offersTLS, !isEncrypted { lines.append("STARTTLS") }
    if rules.users != nil, isEncrypted || !rules.needsTLS { lines.append("AUTH PLAIN LOGIN") }
    return .reply(SMTPReply(250, lines: lines), .hello)
  }

  private mutating func startTLS() -> Outcome {
    guard rules.offersTLS, !isEncrypted, hello != nil else {
      return .reply(SMTPReply(503, "5.5.1", "No TLS now"), .startTLS)
    }
    return .reply(SMTPReply(220, "2.0.0", "Ready to start TLS", .startTLS), .startTLS)
  }

  /// - Returns: why no mail may begin yet.
  private var notYet: SMTPReply? {
    if hello == nil { return SMTPReply(503, "5.5.1", "EHLO first") }
    if rules.needsTLS, !isEncrypted { return SMTPReply(530, "5.7.0", "Must issue a STARTTLS command first") }
    if rules.users != nil, user == nil { return SMTPReply(530, "5.7.0", "Authentication required") }
    return nil
  }

  private mutating func mailFrom(_ argument: String) -> SMTPReply {
    if let notYet { return notYet }
    guard from == nil else { return SMTPReply(503, "5.5.1", "A mail has begun already") }
    guard let path = SMTPPath(argument, "FROM:"), path.address.isEmpty || path.isAddress else {
      return SMTPReply(501, "5.1.7", "Not a sender's address")
    }
    if let size = path.parameters["SIZE"] {
      guard let size = Int(size) else { return SMTPReply(501, "5.5.4", "SIZE is no number") }
      guard size <= rules.sizeMax else { return SMTPReply(552, "5.3.4", "Message size exceeds fixed limit") }
    }
    if let other = path.parameters.keys.first(where: { !["SIZE", "BODY", "AUTH"].contains($0) }) {
      return SMTPReply(555, "5.5.4", "\(other) is not known")
    }
    from = path.address
    return SMTPReply(250, "2.1.0", "Sender OK")
  }

  private mutating func recipient(_ argument: String) -> SMTPReply {
    guard from != nil else { return SMTPReply(503, "5.5.1", "MAIL first") }
    guard let path = SMTPPath(argument, "TO:"), path.isAddress else {
      return SMTPReply(501, "5.1.3", "Not an address")
    }
    guard path.parameters.isEmpty else { return SMTPReply(555, "5.5.4", "Parameters are not known") }
    guard to.count < rules.recipientsMax else { return SMTPReply(452, "4.5.3", "Too many recipients") }
    to.append(path.address)
    return SMTPReply(250, "2.1.5", "Recipient OK")
  }

  private mutating func beginData() -> SMTPReply {
    guard from != nil else { return SMTPReply(503, "5.5.1", "MAIL first") }
    guard !to.isEmpty else { return SMTPReply(554, "5.5.1", "No valid recipients") }
    state = .data
    return SMTPReply(354, "End data with <CR><LF>.<CR><LF>")
  }

  private mutating func takeData(_ line: ArraySlice<UInt8>) -> Outcome {
    if line.elementsEqual([0x2E, 0x0D, 0x0A]) {
      state = .command
      if problem == nil, !MailHead(mail).fields.contains(where: { $0.name.lowercased() == "from" }) {
        problem = SMTPReply(550, "5.7.1", "Messages missing a From header are not accepted")
      }
      return .mail
    }
    let kept = line.first == 0x2E ? line.dropFirst() : line
    if line.count < 2 || line[line.endIndex - 2] != 0x0D {
      problem = problem ?? SMTPReply(550, "5.6.11", "Bare line feeds are not accepted")
    }
    if line.count > 1_000 { problem = problem ?? SMTPReply(550, "5.6.0", "A line is too long") }
    guard mail.count + kept.count <= rules.sizeMax else {
      problem = SMTPReply(552, "5.3.4", "Message too big")
      return .nothing
    }
    mail += kept
    return .nothing
  }
}
