/// A request with where its outcome goes to.
struct PendingRequest: Sendable {
  var request: HTTPRequest
  /// Who waits for this one alone; nil: it goes to the client's `deliver`.
  var reply: CheckedContinuation<HTTPOutcome, Never>?
  /// Monotonic nanoseconds, until which it waits for a connection.
  var deadline: Int64 = .max

  func ended(_ error: HTTPTransferError) -> FinishedRequest {
    FinishedRequest(outcome: HTTPOutcome(tag: request.tag, .failure(error)), reply: reply)
  }
}

struct FinishedRequest: Sendable {
  var outcome: HTTPOutcome
  var reply: CheckedContinuation<HTTPOutcome, Never>?
}
