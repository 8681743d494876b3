import CCurl

/// How far one attempt has come, as libcurl's callbacks tell it. It decides what became of the mail.
///
/// Steps follow the commands that libcurl reports as sent. Codes alone do not tell them: libcurl has one for a refused
/// sender, recipient and DATA, and its last reply code stays that of an earlier step where a connection ends.
struct SMTPProgress {
  private(set) var step = SMTPFailure.Step.connect
  /// To the last command.
  private(set) var reply: SMTPReply?
  /// The connection stands and is logged in.
  private(set) var isReady = false
  /// libcurl has taken all of the mail, which it does only once all before is sent: from here on it may send the end of
  /// the data at any time, and does not report it.
  private(set) var gaveAll = false
  /// It says QUIT; what comes now changes nothing.
  private(set) var isLeaving = false
  /// It has logged in, or has tried to.
  private(set) var sawLogin = false
  private var replyBytes = 0

  /// Of all replies in one attempt, in bytes.
  static let replyLimit = 64 << 10

  /// - Parameter command: as it was sent; it may hold a password.
  mutating func sent(_ command: some Collection<UInt8>) {
    if command.elementsEqual(Self.quit) { isLeaving = true }
    guard !isLeaving, let next = nextStep(command.prefix(4)) else { return }
    (step, reply) = (next, nil)
    if next == .authentication { sawLogin = true }
  }

  private static let quit = Array("QUIT\r\n".utf8)

  private func nextStep(_ verb: some Collection<UInt8>) -> SMTPFailure.Step? {
    switch (String(decoding: verb, as: UTF8.self), isReady) {
    // What follows AUTH is base64, that may look like anything.
    case (_, false) where step == .authentication: .authentication
    case ("EHLO", false), ("HELO", false): .greeting
    case ("STAR", false): .tls
    case ("AUTH", false): .authentication
    case ("MAIL", true): .mail
    case ("RCPT", true): .recipient
    case ("DATA", true): .data
    default: nil
    }
  }

  /// The connection is there, new or from the last mail.
  mutating func ready() { (isReady, step, reply) = (true, .mail, nil) }

  mutating func noteAllGiven() { (gaveAll, step, reply) = (true, .endOfData, nil) }

  /// - Returns: false to give the connection up.
  mutating func received(_ line: some BidirectionalCollection<UInt8>) -> Bool {
    replyBytes += line.count
    guard !isLeaving else { return true }
    guard replyBytes <= Self.replyLimit else { return false }
    guard let next = SMTPReply(line: line) else { return true }
    if var known = reply, !known.isWhole, known.code == next.code {
      known.add(next)
      reply = known
    } else {
      reply = next
    }
    if step == .connect { step = .greeting }
    return true
  }
}

extension SMTPProgress {
  /// What else is known at the end.
  struct End {
    var code: CURLcode
    var isStopped = false
    /// Plain text would have gone to another machine.
    var wasForbidden = false
    /// TCP, and TLS from the first byte; of this attempt.
    var isConnected = false
    var awaitsTLS = false
  }

  /// A reply to the end of the data is the server's word, whatever libcurl says; and without one there is no success.
  func result(_ end: End) -> Result<SMTPReceipt, SMTPFailure> {
    if gaveAll, let reply, reply.isWhole, reply.code / 100 == 2 {
      return .success(SMTPReceipt(replyCode: reply.code, status: reply.status, text: reply.text))
    }
    return .failure(failure(end))
  }

  private func failure(_ end: End) -> SMTPFailure {
    if let reply, reply.isWhole, (400...599).contains(reply.code) { return refusal(reply) }
    if end.isStopped { return SMTPFailure(.stopped, "the client is stopped", step: step, mayHaveArrived: gaveAll) }
    // Another address of the name may have been let through.
    if end.wasForbidden, step == .connect, !end.isConnected {
      return SMTPFailure(.configuration, "plain text is for this machine alone")
    }
    let (code, message) = meaning(end.code)
    return SMTPFailure(code, message, step: place(code, end), mayHaveArrived: gaveAll)
  }

  private func refusal(_ reply: SMTPReply) -> SMTPFailure {
    switch step {
    case .authentication: SMTPFailure(.authentication, "the server does not let the user in", step: step, reply: reply)
    case .tls: SMTPFailure(.tls, "the server does not start TLS", step: step, reply: reply)
    default: SMTPFailure(.refused, "the server refuses \(step.name)", step: step, reply: reply)
    }
  }

  /// Nothing was sent by then that would tell more.
  private func place(_ code: SMTPFailure.Code, _ end: End) -> SMTPFailure.Step {
    if code == .tls { return .tls }
    if code == .authentication { return .authentication }
    guard step == .connect, end.isConnected else { return step }
    return end.awaitsTLS ? .tls : .greeting
  }

  private func meaning(_ code: CURLcode) -> (SMTPFailure.Code, String) {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: (.unknownHost, "the server's name is not known")
    case CURLE_COULDNT_CONNECT: (.cannotConnect, "the server does not take connections")
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: (.tls, "no TLS could be agreed on with the server")
    case CURLE_USE_SSL_FAILED: (.tls, "the server does not offer STARTTLS")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      (.tls, "the server's certificate is not to be trusted, or is another host's")
    // The latter is this client's own where libcurl would go on without a login.
    case CURLE_LOGIN_DENIED, CURLE_ABORTED_BY_CALLBACK: (.authentication, "the server offers neither PLAIN nor LOGIN")
    case CURLE_OPERATION_TIMEDOUT: (.timeout, "the server did not answer in time")
    case CURLE_WRITE_ERROR, CURLE_WEIRD_SERVER_REPLY: (.protocolFault, "the server's answer is no SMTP, or too long")
    case CURLE_SEND_ERROR where step == .data && reply?.isWhole == true && reply?.code != 354:
      (.protocolFault, "the server's answer is not that of its step")
    default: (.connectionLost, "the connection ended (libcurl \(code.rawValue))")
    }
  }
}

extension SMTPFailure.Step {
  fileprivate var name: String {
    switch self {
    case .connect, .greeting: "to talk"
    case .tls: "TLS"
    case .authentication: "the user"
    case .mail: "the sender"
    case .recipient: "the recipient"
    case .data: "the data"
    case .endOfData: "the mail"
    }
  }
}

extension SMTPFailure {
  /// A connection from the last mail was given up by the server, which may say so in place of an answer: it is worth one
  /// attempt on a new one. What may have arrived never is.
  var isOfOldConnection: Bool {
    !mayHaveArrived && (code == .connectionLost || replyCode == 421 && step == .mail)
  }
}
