import Testing

@testable import HTTPTransfer

@Suite("Requests that wait") struct RequestQueueTests {
  private static func pending(_ tag: UInt64, deadline: Int64 = .max, body: Int = 0) -> PendingRequest {
    let request = HTTPRequest(tag: tag, url: "https://a/", body: Array(repeating: 0, count: body))
    return PendingRequest(request: request, deadline: deadline)
  }

  @Test func `leave in the order in which they came, host by host`() {
    var queue = RequestQueue()
    for tag in 0..<UInt64(200) { queue.append(Self.pending(tag), to: tag % 2 == 0 ? "even" : "odd") }
    #expect(Set(queue.hosts) == ["even", "odd"])
    for tag in stride(from: UInt64(0), to: 200, by: 2) { #expect(queue.popFirst(of: "even")?.request.tag == tag) }
    #expect(queue.popFirst(of: "even") == nil && queue.hosts == ["odd"] && queue.hostCount == 1)
    for tag in stride(from: UInt64(1), to: 200, by: 2) { #expect(queue.popFirst(of: "odd")?.request.tag == tag) }
    #expect(queue.isEmpty)
  }

  /// It would keep what has left for as long as it is never empty.
  @Test func `leave nothing behind, also where some always wait`() {
    var line = RequestLine()
    for tag in 0..<UInt64(10_000) {
      line.append(Self.pending(tag))
      if tag >= 10 { #expect(line.popFirst()?.request.tag == tag - 10) }
    }
    #expect(line.count == 10 && line.places < 100)
  }

  @Test func `are given up when their time is over, and the others stay in their order`() {
    var queue = RequestQueue()
    for (tag, deadline) in [(1, 50), (2, 20), (3, 60), (4, 20)] as [(UInt64, Int64)] {
      queue.append(Self.pending(tag, deadline: deadline), to: tag == 4 ? "b" : "a")
    }
    #expect(queue.nextDeadline == 20 && queue.removeExpired(at: 19).isEmpty)
    #expect(Set(queue.removeExpired(at: 20).map(\.request.tag)) == [2, 4])
    #expect(queue.nextDeadline == 50 && queue.hosts == ["a"])
    #expect(queue.removeExpired(at: 59).map(\.request.tag) == [1] && queue.nextDeadline == 60)
    #expect(queue.popFirst(of: "a")?.request.tag == 3 && queue.isEmpty)
  }

  @Test func `are counted when they leave, by whatever way`() {
    var queue = RequestQueue()
    for tag in 0..<UInt64(4) { queue.append(Self.pending(tag, deadline: Int64(tag), body: 100), to: "a") }
    let size = Self.pending(0, body: 100).request.size
    #expect(queue.takeLeft() == (0, 0) && size > 100)
    _ = queue.popFirst(of: "a")
    #expect(queue.takeLeft() == (1, size) && queue.takeLeft() == (0, 0))
    _ = queue.removeExpired(at: 1)
    #expect(queue.takeLeft() == (1, size))
    #expect(queue.removeAll().map(\.request.tag) == [2, 3] && queue.takeLeft() == (2, 2 * size))
    #expect(queue.isEmpty && queue.nextDeadline == .max && queue.removeAll().isEmpty)
  }

  @Test(
    arguments: [
      ("https://a/b", "https://a"), ("https://a", "https://a"), ("https://a:8/b/c", "https://a:8"),
      ("https://a?b/c", "https://a"), ("https://a#b", "https://a"), ("http://[::1]:8/", "http://[::1]:8"),
    ])
  func `are known by protocol, host and port`(url: String, name: String) {
    #expect(TransferHost.name(of: url) == name)
  }
}

@Suite("The room in libcurl") struct HostRoomTests {
  private static let room = HostRoom(connections: 4, streams: 100)

  @Test(
    arguments: [(.none, 1), (.up, 4), (.multiplexed, 400)] as [(HostRoom.Connection, Int)])
  func `one host may have what its connections carry`(connection: HostRoom.Connection, limit: Int) {
    for inFlight in [0, limit - 1] {
      #expect(Self.room.isFree(connection, inFlight: inFlight, all: inFlight, isAlone: true))
    }
    #expect(!Self.room.isFree(connection, inFlight: limit, all: limit, isAlone: true))
  }

  @Test func `a host that does not answer leaves room to others`() {
    var inFlight = [0, 0, 0]
    for host in inFlight.indices {
      while Self.room.isFree(.multiplexed, inFlight: inFlight[host], all: inFlight.reduce(0, +), isAlone: false) {
        inFlight[host] += 1
      }
    }
    #expect(inFlight == [200, 100, 50])
    #expect(Self.room.isFree(.none, inFlight: 0, all: 399, isAlone: false))
    #expect(!Self.room.isFree(.none, inFlight: 0, all: 400, isAlone: false))
  }
}
