public import HTTPTransfer
public import NotificationModel
public import Worker

/// A vendor that is asked what became of messages that it took.
public protocol SMSResultSource: Sendable {
  /// The calls that ask about messages, as few as the vendor's API allows. An id that cannot be the vendor's is in none.
  /// - Parameter ids: as the vendor gave them in `SendResult.sent`.
  func asks(for ids: [String]) -> [SMSAsk]
}

/// One call that asks about messages.
public struct SMSAsk: Sendable {
  public let ids: [String]
  /// - Parameter now, nonce: as for `SMSVendor.request`.
  public let request: @Sendable (_ now: UnixTime, _ nonce: String) -> HTTPRequest
  public let judge: @Sendable (Result<HTTPResponse, HTTPTransferError>) -> SMSAskEnd

  public init(
    ids: [String], request: @escaping @Sendable (UnixTime, String) -> HTTPRequest,
    judge: @escaping @Sendable (Result<HTTPResponse, HTTPTransferError>) -> SMSAskEnd
  ) {
    (self.ids, self.request, self.judge) = (ids, request, judge)
  }
}

/// What came of a call that asked.
public struct SMSAskEnd: Sendable {
  public var results: [String: SMSResult] = [:]
  /// Calls that it takes to know more.
  public var further: [SMSAsk] = []

  public init() {}

  init(_ ids: [String], _ result: SMSResult) { results = Dictionary(ids.map { ($0, result) }) { first, _ in first } }
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

extension SMSResult {
  /// Of an answer with a body that can be read, `body` says what it means.
  static func read(
    _ answer: Result<HTTPResponse, HTTPTransferError>, failure: (HTTPResponse, JSONValue?) -> SendFailure,
    _ body: (JSONValue) -> SMSResult
  ) -> SMSResult {
    switch answer {
    case .failure(let error): return .noAnswer(TransferFailure.meaning(of: error))
    case .success(let response):
      let json = SMSAnswer.body(response)
      if response.status == 404 { return .notFound }
      guard (200..<300).contains(response.status) else { return .noAnswer(failure(response, json)) }
      return json.map(body) ?? .noAnswer(SMSAnswer.unreadable)
    }
  }
}

/// Which vendor took a message, and what it calls it: the provider's id of a text message, as `solapi:M4V…`.
public struct SMSReceiptKey: Sendable, Hashable {
  public let vendor, id: String

  public init(vendor: String, id: String) { (self.vendor, self.id) = (vendor, id) }

  /// - Parameter providerID: nil comes of one that names no vendor.
  public init?(_ providerID: String) {
    let parts = providerID.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(vendor: parts[0], id: parts[1])
  }

  public var providerID: String { "\(vendor):\(id)" }
}
