/// Connections whose servers have said that they go away. It belongs to the client's thread.
struct GoneConnections {
  /// Of one host's connections at a time.
  struct Key: Hashable {
    let address: String
    let localPort: Int32
  }

  private var last: [Key: UInt32] = [:]

  /// A request is about to be sent on a connection. libcurl sends none where a server goes away, so it is another one that
  /// the system has given the same port.
  mutating func begin(on key: Key) { last[key] = nil }

  /// A server may say it twice, and then with a lower number.
  mutating func note(_ key: Key, last stream: UInt32) { last[key] = min(last[key] ?? .max, stream) }

  /// Whether it is certain that the server has not worked on a request.
  func hasRefused(_ stream: UInt32, on key: Key) -> Bool { last[key].map { stream > $0 } ?? false }

  mutating func removeAll() { last = [:] }
}
