import Testing

@testable import HTTPTransfer

@Suite("A host's connections") struct TransferHostTests {
  @Test func `are cold until a request is about to be sent, and by the answer it is known what they carry`() {
    let host = TransferHost("https://a", TransferHost.ConnectionTotals())
    host.noteOpened()
    #expect(host.connection == .none)
    host.noteUp()
    #expect(host.connection == .up)
    host.note(statusLine: "HTTP/2 200\r\n")
    #expect(host.connection == .multiplexed)
    host.noteUp()
    #expect(host.connection == .multiplexed)
    host.note(statusLine: "HTTP/1.1 200 OK\r\n")
    #expect(host.connection == .up)
  }

  @Test func `are cold again when the last one is closed`() {
    let totals = TransferHost.ConnectionTotals()
    let (host, other) = (TransferHost("https://a", totals), TransferHost("https://b", totals))
    for host in [host, host, other] { host.noteOpened() }
    host.note(statusLine: "HTTP/2 200")
    host.noteClosed()
    #expect(host.connection == .multiplexed && host.connections == 1 && totals.open == 2)
    host.noteClosed()
    #expect(host.connection == .none && totals.open == 1 && totals.opened == 3)
  }

  @Test func `are forgotten when there are none, and nothing is under way`() {
    let host = TransferHost("https://a", TransferHost.ConnectionTotals())
    let key = GoneConnections.Key(address: "::1", localPort: 1)
    host.inFlight = 1
    host.gone.note(key, last: 1)
    host.noteOpened()
    host.noteEnd()
    #expect(!host.isForgettable && host.gone.hasRefused(3, on: key))
    host.inFlight = 1
    host.noteClosed()
    #expect(!host.isForgettable)
    host.noteEnd()
    #expect(host.isForgettable && !host.gone.hasRefused(3, on: key))
  }
}
