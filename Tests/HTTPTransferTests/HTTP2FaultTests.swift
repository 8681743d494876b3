import HTTPTransfer
import Synchronization
import TestSupport
import Testing

@Suite("A client over HTTP/2 beside servers that misbehave") struct HTTP2FaultTests {
  typealias Step = ScriptedHTTP2Server.Step

  /// Request 1 is answered; 2, 3 and 4 are then on the same connection, as streams 3, 5 and 7. The server gets the steps
  /// once it has all of them, and answers whatever comes later.
  private func outcomes(
    _ steps: Step..., change: (inout HTTPClientSettings) -> Void = { _ in }
  ) throws -> (outcomes: [HTTPOutcome], streams: [UInt32]) {
    let server = try ScriptedHTTP2Server { $0 == 4 ? steps : $0 == 2 || $0 == 3 ? [] : [.answer] }
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) {
      $0.authorityFile = server.certificate.file
      change(&$0)
    }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 1, url: server.url, body: [1])])
    #expect(try outcomes.take(1)[0].response?.status == 200)
    client.submit((2...4).map { HTTPRequest(tag: $0, url: server.url, body: [1]) })
    let all = try outcomes.take(4)
    #expect(Array(server.streams.prefix(4)) == [1, 3, 5, 7])
    return (Array(all[1...]), Array(server.streams.dropFirst(4)))
  }

  /// libcurl sends it on another connection, or tells that it has not arrived; a second time it is sent only there.
  private func expectRefused(_ refused: ArraySlice<HTTPOutcome>, resent: Int) {
    for outcome in refused where outcome.response?.status != 200 {
      #expect(outcome.error?.code == .connectionLost && outcome.error?.mayHaveArrived == false)
    }
    #expect(refused.filter { $0.response?.status == 200 }.count == resent)
  }

  @Test func `what a server that goes away has not worked on has surely not arrived`() throws {
    let (outcomes, resent) = try outcomes(.goAway(last: 3), .answerStream(3))
    #expect(outcomes[0].response?.status == 200)
    expectRefused(outcomes[1...], resent: resent.count)
  }

  @Test func `the same where it has worked on none`() throws {
    let (outcomes, resent) = try outcomes(.goAway(last: 1))
    expectRefused(outcomes[...], resent: resent.count)
  }

  @Test func `it says so twice, and the lower number counts`() throws {
    let (outcomes, resent) = try outcomes(.goAway(last: 0x7FFF_FFFF), .goAway(last: 3), .answerStream(3))
    #expect(outcomes[0].response?.status == 200)
    expectRefused(outcomes[1...], resent: resent.count)
  }

  @Test func `what it may have worked on may have arrived, and is not sent again`() throws {
    let (outcomes, resent) = try outcomes(.goAway(last: 5), .answerStream(3), .close)
    #expect(outcomes[0].response?.status == 200 && outcomes[1].error?.mayHaveArrived == true)
    expectRefused(outcomes[2...], resent: resent.count)
  }

  @Test(arguments: [Step.close, .reset])
  func `a connection that ends takes all its requests with it, and none is sent again`(end: Step) throws {
    let (outcomes, resent) = try outcomes(end)
    #expect(outcomes.allSatisfy { $0.error?.code == .connectionLost && $0.error?.mayHaveArrived == true })
    #expect(resent.isEmpty)
  }

  /// libcurl has no word for a refused stream where a connection was used before, so it is not told from a lost one.
  @Test(arguments: [UInt32(2), ScriptedHTTP2Server.refusedStream])
  func `a stream that ends without an answer may have arrived, and the others go on`(code: UInt32) throws {
    let (outcomes, resent) = try outcomes(.endStream(code: code), .answerStream(3), .answerStream(5))
    #expect(outcomes[0].response?.status == 200 && outcomes[1].response?.status == 200)
    #expect(outcomes[2].error?.code == .connectionLost && outcomes[2].error?.mayHaveArrived == true)
    #expect(resent.isEmpty)
  }

  @Test func `what is no frame may have arrived, and is not sent again`() throws {
    let (outcomes, resent) = try outcomes(.bytes(Array(repeating: 0xFF, count: 100))) { $0.stallTimeout = .seconds(1) }
    #expect(outcomes.allSatisfy { $0.error?.mayHaveArrived == true } && resent.isEmpty)
  }

  @Test func `an answer that is cut is told with its status`() throws {
    let (outcomes, resent) = try outcomes(.beginAnswer, .close)
    #expect(outcomes[2].response == HTTPResponse(status: 200, body: Array("abc".utf8), isTruncated: true))
    #expect(outcomes[..<2].allSatisfy { $0.error?.mayHaveArrived == true } && resent.isEmpty)
  }

  @Test func `a handle whose request was refused forgives nothing to the next one`() throws {
    let isCutting = Mutex(false)
    let server = try ScriptedHTTP2Server {
      isCutting.withLock(\.self) ? [.close] : $0 == 4 ? [.goAway(last: 1)] : $0 == 2 || $0 == 3 ? [] : [.answer]
    }
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.authorityFile = server.certificate.file }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 1, url: server.url)])
    _ = try outcomes.take(1)
    client.submit((2...4).map { HTTPRequest(tag: $0, url: server.url) })
    #expect(try outcomes.take(4).allSatisfy { $0.error?.mayHaveArrived != true })
    isCutting.withLock { $0 = true }
    // One after another: the handle that was free last is taken first, and all of them at once.
    client.submit((5...7).map { HTTPRequest(tag: $0, url: server.url) })
    #expect(try outcomes.take(7)[4...].allSatisfy { $0.error?.mayHaveArrived == true })
  }

  @Test func `as many requests are on their way as a connection carries`() throws {
    let server = try ScriptedHTTP2Server { number in
      number == 1 ? [.answer] : number < 20 ? [] : (1..<20).map { .answerStream(UInt32($0) * 2 + 1) }
    }
    defer { server.stop() }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.authorityFile = server.certificate.file }
    defer { client.stop(within: .zero) }
    client.submit((0..<20).map { HTTPRequest(tag: $0, url: server.url) })
    #expect(try outcomes.take(20).allSatisfy { $0.response?.status == 200 })
    #expect(client.counts.connectionsOpened == 1)
  }

  @Test func `a host that does not answer leaves room to others`() throws {
    let silent = try ScriptedHTTP2Server { $0 == 1 ? [.answer] : [] }
    let other = try ScriptedServer(.hang)
    defer { for stop in [silent.stop, other.stop] { stop() } }
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) {
      ($0.authorityFile, $0.connections, $0.streams) = (silent.certificate.file, 1, 4)
    }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 1, url: silent.url)])
    _ = try outcomes.take(1)
    client.submit([HTTPRequest(tag: 2, url: other.url)])
    try eventually("the other has one") { other.received.count == 1 }
    client.submit((3...12).map { HTTPRequest(tag: $0, url: silent.url) })
    try eventually("what there is room for is on its way") { silent.streams.count >= 3 }
    try eventually("they are counted") { client.counts.inFlight >= 3 }
    #expect(client.counts.inFlight == 3 && client.counts.queued == 8)
  }

  @Test func `no answer in time may have arrived, and its connection is used on`() throws {
    let (outcomes, resent) = try outcomes(.answerStream(3), .answerStream(5)) { $0.timeout = .milliseconds(300) }
    #expect(outcomes[0].response?.status == 200 && outcomes[1].response?.status == 200)
    #expect(outcomes[2].error?.code == .timeout && outcomes[2].error?.mayHaveArrived == true && resent.isEmpty)
  }
}
