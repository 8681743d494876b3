import HTTPTransfer
import TestSupport
import Testing

@Suite("A client over HTTP/2 beside servers that misbehave") struct HTTP2FaultTests {
  /// Request 1, which is answered, and then 2 to `count` on the same connection; then 99, on any.
  private func outcomes(
    _ count: UInt64, _ script: @escaping @Sendable (Int) -> [ScriptedHTTP2Server.Step]
  ) throws -> (outcomes: [HTTPOutcome], streams: [UInt32]) {
    let server = try ScriptedHTTP2Server(script)
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.authorityFile = server.certificate.file }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 1, url: server.url, body: [1])])
    #expect(try outcomes.take(1)[0].response?.status == 200)
    client.submit((2...count).map { HTTPRequest(tag: $0, url: server.url, body: [1]) })
    let all = try outcomes.take(Int(count))
    return (all, server.streams)
  }
  @Test(arguments: 0..<8) func probe(kind: Int) throws {
    let result = try outcomes(4) { number in
      if number == 1 { return [.answer] }
      if number < 4 { return [] }
      if number > 4 { return [.answer] }
      switch kind {
      case 0: return [.goAway(last: 1)]
      case 1: return [.goAway(last: 3), .answerStream(3)]
      case 2: return [.goAway(last: 5), .answerStream(3), .close]
      case 3: return [.endStream(code: 7), .answerStream(3), .answerStream(5)]
      case 4: return [.endStream(code: 2), .answerStream(3), .answerStream(5)]
      case 5: return [.close]
      case 6: return [.reset]
      default: return [.bytes(Array(repeating: 0xFF, count: 100))]
      }
    }
    print("PROBE", kind, result.streams, result.outcomes.map { o in o.response.map { "\(o.tag): \($0.status)" } ?? "\(o.tag): \(o.error!.code) \(o.error!.mayHaveArrived) \(o.error!.message)" })
  }
}
