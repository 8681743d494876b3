import Testing

@testable import HTTPTransfer

@Suite("What libcurl says of HTTP/2") struct HTTP2NoticeTests {
  @Test(
    arguments: [
      ("Using Stream ID: 7 (easy handle 0x55aa)\n", .stream(7)),
      ("Using Stream ID: 4294967295 (easy", .stream(.max)),
      ("recveived GOAWAY, error=0, last_stream=5\n", .goAway(last: 5)),
      ("received GOAWAY, error=11, last_stream=2147483647\n", .goAway(last: 0x7FFF_FFFF)),
      ("recveived GOAWAY, error=0, last_stream=0", .goAway(last: 0)),
    ] as [(String, HTTP2Notice)])
  func `tells a request's stream, and where a server goes away`(text: String, notice: HTTP2Notice) {
    #expect(HTTP2Notice(Array(text.utf8)) == notice)
  }

  @Test(
    arguments: [
      "", "U", "r", "Using Stream ID: ", "Using Stream ID: x", "Using Stream ID: 4294967296", "Using HTTP2, server",
      "recveived GOAWAY, error=0, last_stream=", "recveived GOAWAY, error=0, last_stream=-1", "received GOAWAY",
      "recveived", "h2h3 [using stream id: 7]", " Using Stream ID: 7",
    ])
  func `or nothing`(text: String) { #expect(HTTP2Notice(Array(text.utf8)) == nil) }
}

@Suite("Connections whose servers go away") struct GoneConnectionsTests {
  private static let one = GoneConnections.Key(address: "127.0.0.1", localPort: 1)

  @Test func `refuse what comes after the last one`() {
    var gone = GoneConnections()
    #expect(!gone.hasRefused(9, on: Self.one))
    gone.note(Self.one, last: 5)
    #expect(!gone.hasRefused(0, on: Self.one) && !gone.hasRefused(5, on: Self.one) && gone.hasRefused(7, on: Self.one))
  }

  @Test func `never take more for worked on than they did`() {
    var gone = GoneConnections()
    for last in [9, 3, 5] as [UInt32] { gone.note(Self.one, last: last) }
    #expect(gone.hasRefused(5, on: Self.one) && !gone.hasRefused(3, on: Self.one))
  }

  @Test func `prove nothing of others, and nothing of the next one with their port`() {
    var gone = GoneConnections()
    gone.note(Self.one, last: 1)
    #expect(!gone.hasRefused(3, on: GoneConnections.Key(address: "127.0.0.1", localPort: 2)))
    #expect(!gone.hasRefused(3, on: GoneConnections.Key(address: "127.0.0.2", localPort: 1)))
    gone.begin(on: Self.one)
    #expect(!gone.hasRefused(3, on: Self.one))
    gone.note(Self.one, last: 1)
    gone.removeAll()
    #expect(!gone.hasRefused(3, on: Self.one))
  }
}
