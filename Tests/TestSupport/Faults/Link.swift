import Glibc

/// One carried connection: two sockets and what has been read and not yet written.
final class Link {
  private let client: Int32
  private let server: Int32
  private var toServer: [UInt8] = []
  private var toClient: [UInt8] = []

  private static let limit = 1 << 18

  init(client: Int32, server: Int32) {
    self.client = client
    self.server = server
  }

  /// What to wait for: room to write where something waits, something to read where there is room.
  /// - Parameter held: the way that nothing goes.
  func interests(holding held: FaultProxy.Direction?) -> [pollfd] {
    [
      interest(client, reads: toServer, writes: held == .toClient ? [] : toClient),
      interest(server, reads: toClient, writes: held == .toServer ? [] : toServer),
    ]
  }

  /// Bytes that are to go that way.
  func waiting(_ direction: FaultProxy.Direction) -> Int {
    switch direction {
    case .toServer: toServer.count
    case .toClient: toClient.count
    }
  }

  private func interest(_ descriptor: Int32, reads: [UInt8], writes: [UInt8]) -> pollfd {
    var events: Int32 = reads.count < Self.limit ? POLLIN : 0
    if !writes.isEmpty { events |= POLLOUT }
    return pollfd(fd: descriptor, events: Int16(events), revents: 0)
  }

  /// Carries what can be carried without waiting.
  /// - Parameter allowance: how many bytes may still go when a cut is due.
  /// - Returns: false when the connection is over.
  func carry(holding held: FaultProxy.Direction?, _ allowance: (FaultProxy.Direction, Int) -> Int?) -> Bool {
    pump(client, server, &toServer, isHeld: held == .toServer) { allowance(.toServer, $0) }
      && pump(server, client, &toClient, isHeld: held == .toClient) { allowance(.toClient, $0) }
  }

  /// Ends both sides with a reset, as a broken path does.
  func drop() {
    for descriptor in [client, server] {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
      close(descriptor)
    }
  }

  private func pump(
    _ source: Int32, _ sink: Int32, _ waiting: inout [UInt8], isHeld: Bool, _ allowance: (Int) -> Int?
  ) -> Bool {
    if waiting.count < Self.limit {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = recv(source, &chunk, chunk.count, 0)
      if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return false }
      if count > 0 {
        let allowed = allowance(count)
        waiting += chunk[..<(allowed ?? count)]
        if allowed != nil {
          _ = send(sink, waiting, waiting.count, Int32(MSG_NOSIGNAL))
          return false
        }
      }
    }
    guard !waiting.isEmpty, !isHeld else { return true }
    let sent = send(sink, waiting, waiting.count, Int32(MSG_NOSIGNAL))
    // A connection that is still being made takes nothing yet.
    if sent < 0 { return errno == EAGAIN || errno == EINTR || errno == ENOTCONN }
    waiting.removeFirst(sent)
    return true
  }
}
