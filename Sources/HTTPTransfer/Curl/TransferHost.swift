import CCurl

/// One host's connections. It belongs to the client's thread.
final class TransferHost {
  let name: Substring
  private(set) var connection = HostRoom.Connection.none
  /// By the transfer that opened it.
  private var sockets: [curl_socket_t: ObjectIdentifier] = [:]
  /// Requests that libcurl has.
  var inFlight = 0
  var gone = GoneConnections()
  private let totals: ConnectionTotals

  /// Of all hosts.
  final class ConnectionTotals {
    fileprivate(set) var opened = 0
    fileprivate(set) var open = 0
  }

  var connections: Int { sockets.count }

  init(_ name: Substring, _ totals: ConnectionTotals) { (self.name, self.totals) = (name, totals) }

  /// Nothing refers to it any more: libcurl's connections do, without holding it.
  var isForgettable: Bool { connections == 0 && inFlight == 0 }

  func noteOpened(_ socket: curl_socket_t, by transfer: ObjectIdentifier) {
    totals.opened += 1
    // One of the number that is known was closed without a word.
    if sockets.updateValue(transfer, forKey: socket) == nil { totals.open += 1 }
  }

  func noteClosed(_ socket: curl_socket_t) {
    guard sockets.removeValue(forKey: socket) != nil else { return }
    totals.open -= 1
    if sockets.isEmpty { connection = .none }
  }

  /// Has the system send what libcurl has written: until then it gathers it.
  func push() { for socket in sockets.keys { SocketAddress.push(socket) } }

  /// libcurl closes sockets that have not come to a connection without a word, as at a time-out (7.88). Their numbers may
  /// be others' by now.
  func noteGone(_ opened: [curl_socket_t], by transfer: ObjectIdentifier) {
    for socket in opened where sockets[socket] == transfer { noteClosed(socket) }
  }

  /// No request needs to know any more what its connection's server said.
  func noteEnd() {
    inFlight -= 1
    if isForgettable { gone.removeAll() }
  }

  /// A request is about to be sent.
  func noteUp() {
    if connection == .none { connection = .up }
  }

  /// - Parameter line: as `HTTP/2 200`.
  func note(statusLine line: String) { connection = line.hasPrefix("HTTP/2") ? .multiplexed : .up }

  /// `https://host:port` of a URL that was checked.
  static func name(of url: String) -> Substring {
    var slashes = 0
    let end = url.utf8.firstIndex { byte in
      if byte == UInt8(ascii: "/") { slashes += 1 }
      return slashes == 3 || slashes == 2 && (byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#"))
    }
    return url[..<(end ?? url.endIndex)]
  }
}
