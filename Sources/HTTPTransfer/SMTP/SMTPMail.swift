/// One mail to one recipient. It is checked when it is submitted; what cannot be sent comes back as not sent.
public struct SMTPMail: Sendable {
  /// Comes back with the outcome.
  public var tag: UInt64
  /// The envelope's sender, to which bounces go: a bare address of printable ASCII, as `a@example.com`.
  public var from: String
  /// The envelope's recipient, in the same form.
  public var to: String
  /// Headers and body. Each line ends with CRLF, the last one, too; no NUL. A line that starts with a dot is given as it
  /// is: the dot that SMTP wants in front is added on the way.
  public var bytes: [UInt8]

  public init(tag: UInt64 = 0, from: String, to: String, bytes: [UInt8]) {
    (self.tag, self.from, self.to, self.bytes) = (tag, from, to, bytes)
  }

  /// Memory that it takes while it waits, in bytes.
  var size: Int { 256 + from.utf8.count + to.utf8.count + bytes.count }
}

/// The server has taken the mail on itself.
public struct SMTPReceipt: Sendable, Equatable {
  /// As 250.
  public var replyCode: Int
  public var status: SMTPStatus?
  /// The server's words, that often hold its own name of the mail; printable ASCII, 200 bytes at most. They are whatever
  /// the server likes to say: not for logs.
  public var text: String

  public init(replyCode: Int = 250, status: SMTPStatus? = nil, text: String = "") {
    (self.replyCode, self.status, self.text) = (replyCode, status, text)
  }
}

/// How a mail ended.
public struct SMTPOutcome: Sendable {
  public var tag: UInt64
  public var result: Result<SMTPReceipt, SMTPFailure>

  public init(tag: UInt64, _ result: Result<SMTPReceipt, SMTPFailure>) { (self.tag, self.result) = (tag, result) }
}
