public import Runtime

/// Why a mail was not taken. It names no host, address, text of the server or of the mail.
public struct SMTPFailure: DispositionError, Equatable {
  public enum Code: Sendable {
    /// The mail cannot be sent by anybody: a line break in an address, a body whose lines do not end with CRLF.
    case invalidMail
    /// More waits already than the settings allow.
    case queueFull
    case stopped
    case cannotConnect
    /// No name server has an address for the server's name.
    case unknownHost
    /// The server's certificate is not to be trusted, or there is no TLS.
    case tls
    /// The server does not let this user in, or lets nobody in by PLAIN or LOGIN.
    case authentication
    /// The server has said no: `replyCode` is 4xx or 5xx.
    case refused
    case timeout
    case connectionLost
    /// What came is no SMTP, or too much of it.
    case protocolFault
    /// libcurl cannot do what the settings ask, or must not.
    case configuration
  }

  /// How far it came.
  public enum Step: Sendable, CaseIterable {
    /// With what comes before: the queue, and the check of the mail.
    case connect
    /// The server's greeting, and the answer to EHLO.
    case greeting
    case tls
    case authentication
    /// MAIL FROM.
    case mail
    /// RCPT TO.
    case recipient
    /// DATA, and the mail's bytes.
    case data
    /// The mail is sent whole, and its fate is the server's answer.
    case endOfData
  }

  public let code: Code
  public let step: Step
  public let message: String
  /// The server's answer, as 550, where it is the reason.
  public let replyCode: Int?
  public let status: SMTPStatus?
  /// False where the server has surely not taken the mail. True: all of it was sent, and no answer was read.
  public let mayHaveArrived: Bool

  init(
    _ code: Code, _ message: String, step: Step = .connect, reply: SMTPReply? = nil, mayHaveArrived: Bool = false
  ) {
    (self.code, self.step, self.message, self.mayHaveArrived) = (code, step, message, mayHaveArrived)
    (replyCode, status) = (reply?.code, reply?.status)
  }

  public var description: String {
    let numbers = [replyCode.map(String.init), status?.description].compactMap(\.self).joined(separator: " ")
    return numbers.isEmpty ? message : "\(message): \(numbers)"
  }

  /// A mail that the server refuses for good is rejected; a user whom it refuses for good, or a lack of one (530), is a
  /// matter of configuration. All else may be better later, also where the mail may have arrived.
  public var disposition: Disposition {
    let isPermanent = replyCode.map { $0 >= 500 } ?? false
    switch (code, step) {
    case (.invalidMail, _): return .reject(description)
    case (.configuration, _): return .stop(description)
    case (.authentication, _) where isPermanent || replyCode == nil: return .stop(description)
    case (.refused, .mail) where replyCode == 530: return .stop(description)
    case (.refused, .mail), (.refused, .recipient), (.refused, .data), (.refused, .endOfData):
      return isPermanent ? .reject(description) : .retry(after: nil)
    default: return .retry(after: nil)
    }
  }
}
