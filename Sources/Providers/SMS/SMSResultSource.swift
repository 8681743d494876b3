public import HTTPTransfer
public import NotificationModel
public import Worker

/// A vendor that is asked what became of messages that it took. Nobody calls it yet: the worker reports what a vendor
/// takes, and a job that asks on, for up to three days as carriers are late, is still to be written.
public protocol SMSResultSource: Sendable {
  /// - Parameter id: of one message, as the vendor calls it; nil comes of one that cannot be its id.
  func request(forResultOf id: String, now: UnixTime) -> HTTPRequest?

  func judge(resultIn answer: Result<HTTPResponse, HTTPTransferError>) -> SMSResult
}

/// What became of one message.
public enum SMSResult: Sendable, Equatable {
  /// It is under way: ask again later.
  case pending
  case delivered
  /// A carrier says that it did not arrive.
  case failed(code: String)
  /// The vendor does not know it. Right after sending it may not know it yet.
  case notFound
  /// No answer of use: ask again.
  case noAnswer(SendFailure)
}
