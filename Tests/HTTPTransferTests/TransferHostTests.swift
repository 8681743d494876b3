import Testing

@testable import HTTPTransfer

@Suite("A host's connections") struct TransferHostTests {
  private final class Opener {}
  private let opener = Opener()
  private var own: ObjectIdentifier { ObjectIdentifier(opener) }

  @Test func `are cold until a request is about to be sent, and by the answer it is known what they carry`() {
    let host = TransferHost("https://a", TransferHost.ConnectionTotals())
    host.noteOpened(3, by: own)
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
    for (host, socket) in [(host, Int32(3)), (host, 4), (other, 5)] { host.noteOpened(socket, by: own) }
    host.note(statusLine: "HTTP/2 200")
    host.noteClosed(3)
    #expect(host.connection == .multiplexed && host.connections == 1 && totals.open == 2)
    host.noteClosed(4)
    #expect(host.connection == .none && totals.open == 1 && totals.opened == 3)
  }

  @Test func `are forgotten when there are none, and nothing is under way`() {
    let host = TransferHost("https://a", TransferHost.ConnectionTotals())
    let key = GoneConnections.Key(address: "::1", localPort: 1)
    host.inFlight = 1
    host.gone.note(key, last: 1)
    host.noteOpened(3, by: own)
    host.noteEnd()
    #expect(!host.isForgettable && host.gone.hasRefused(3, on: key))
    host.inFlight = 1
    host.noteClosed(3)
    #expect(!host.isForgettable)
    host.noteEnd()
    #expect(host.isForgettable && !host.gone.hasRefused(3, on: key))
  }

  @Test func `that were closed without a word are no more, and another of the same number is`() {
    let totals = TransferHost.ConnectionTotals()
    let host = TransferHost("https://a", totals)
    let next = Opener()
    for socket in [3, 4] as [Int32] { host.noteOpened(socket, by: own) }
    host.noteOpened(4, by: ObjectIdentifier(next))
    #expect(host.connections == 2 && totals.open == 2 && totals.opened == 3)
    host.noteGone([3, 4], by: own)
    #expect(host.connections == 1 && totals.open == 1)
    host.noteClosed(3)
    #expect(host.connections == 1)
    host.noteClosed(4)
    #expect(host.connections == 0 && totals.open == 0)
  }
}
