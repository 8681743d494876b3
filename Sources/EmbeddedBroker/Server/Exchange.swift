/// A request and the place of its answer in its connection's order.
final class Exchange {
  let header: RequestHeader
  let peer: String
  let requestBytes: Int
  /// Milliseconds of the loop's clock.
  let started: Int64
  private let answered: (Exchange) -> Void
  /// The answer's frame in chunks, its length first; empty for a request that gets none.
  private(set) var answer: [[UInt8]]?
  /// What to do should the connection close before the answer.
  var onAbandon: (() -> Void)?

  init(
    _ header: RequestHeader, peer: String, requestBytes: Int, started: Int64, answered: @escaping (Exchange) -> Void
  ) {
    self.header = header
    self.peer = peer
    self.requestBytes = requestBytes
    self.started = started
    self.answered = answered
  }

  var isProduce: Bool { header.key == APIKey.produce.rawValue }
  var answerBytes: Int { answer?.reduce(0) { $0 + $1.count } ?? 0 }

  func reply<API: WireAPI>(_ api: API.Type, _ response: API.Response) { reply(api, response, version: header.version) }

  /// In another version than the request's: for a client that asks in one that is not known here.
  func reply<API: WireAPI>(_ api: API.Type, _ response: API.Response, version: Int16) {
    do {
      var chunks = try API.encode(response, version: version, correlationID: header.correlationID)
      let count = chunks.reduce(0) { $0 + $1.count }
      guard let length = UInt32(exactly: count) else { return finish([]) }
      var prefix: [UInt8] = []
      prefix.append(integer: length)
      chunks[0] = prefix + chunks[0]
      finish(chunks)
    } catch {
      // Only a text of ours that is too long ends here; the client will ask again on another connection.
      finish([])
    }
  }

  /// Ends a request that gets no answer.
  func replyNothing() { finish([]) }

  private func finish(_ chunks: [[UInt8]]) {
    guard answer == nil else { return }
    onAbandon = nil
    answer = chunks
    answered(self)
  }
}
