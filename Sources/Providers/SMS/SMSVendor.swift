public import HTTPTransfer
public import NotificationModel
public import Worker

/// A company that sends text messages, as pure functions: what it is asked, and what its answers mean.
public protocol SMSVendor: Sendable {
  /// In logs, as `sens`; small letters.
  var name: String { get }

  /// The most recipients of one call.
  var batch: Int { get }

  /// What the deliveries of one call must have in common.
  /// - Throws: why this vendor can never send it: `NUMBER_NOT_SERVED`, `TEXT_TOO_LONG`, `TEXT_NOT_CARRIED`, `NO_TEXT`.
  func group(of request: SendRequest) throws(SendFailure) -> SMSGroup

  /// - Parameters:
  ///   - requests: 1 to `batch` of one group, no number twice.
  ///   - now: what a signature says, so not older than a moment.
  ///   - nonce: 32 letters and digits that were never used before.
  func request(for requests: [SendRequest], now: UnixTime, nonce: String) -> HTTPRequest

  /// One report for each request. `providerBusy`, `providerThrottles` and `providerRefuses` mean that the vendor has
  /// surely not taken it; what the answer does not tell is `unknown`.
  func judge(_ answer: Result<HTTPResponse, HTTPTransferError>, for requests: [SendRequest]) -> [SendReport]

  /// Who tells later what became of messages; nil where nobody does. Then ids of its messages do not name it.
  var results: (any SMSResultSource)? { get }
}

extension SMSVendor {
  public var results: (any SMSResultSource)? { nil }
}

/// What the deliveries of one call have in common.
public struct SMSGroup: Sendable, Hashable {
  /// It goes as LMS.
  public var isLong: Bool
  public var isAdvertising: Bool
  /// Where one call carries one text alone.
  public var text: String?

  public init(isLong: Bool, isAdvertising: Bool, text: String? = nil) {
    (self.isLong, self.isAdvertising, self.text) = (isLong, isAdvertising, text)
  }
}
