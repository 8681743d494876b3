/// How to reach a Redis.
public struct RedisSettings: Sendable, CustomStringConvertible, CustomReflectable {
  public enum Address: Sendable, Equatable {
    case unix(path: String)
    case tcp(host: String, port: UInt16)
  }

  public var address: Address
  /// A user of Redis' access list; nil for the default one. Without a password it is one that needs none.
  public var user: String?
  public var password: String?
  /// 0 to 15, unless the server has more.
  public var database = 0
  /// Until a connection stands and is logged in.
  public var connectTimeout: Duration = .seconds(1)
  /// For all commands of a pipeline together.
  public var commandTimeout: Duration = .seconds(2)
  /// Allows a server elsewhere. Debian's hiredis knows no TLS, so password and data would cross the network in the
  /// clear: only for a network that is itself encrypted.
  public var allowPlaintext = false

  public init(_ address: Address) { self.address = address }

  /// - Parameter address: `HOST:PORT`, `[::1]:6379`, or the path of a unix socket.
  /// - Throws: `configuration` when it is none of these.
  public init(address: String) throws(RedisError) {
    let path = address.hasPrefix("unix:") ? String(address.dropFirst("unix:".count)) : address
    if path.hasPrefix("/") {
      self.init(.unix(path: path))
      return
    }
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    let host = parts.dropLast().joined(separator: ":")
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    guard parts.count >= 2, let port = parts.last.flatMap({ UInt16($0) }), port > 0, !host.isEmpty,
      parts.count == 2 || isBracketed
    else {
      throw RedisError(
        .configuration, "the address of Redis cannot be read; write HOST:PORT, [::1]:6379 or /path/of/a/socket")
    }
    self.init(.tcp(host: isBracketed ? String(host.dropFirst().dropLast()) : host, port: port))
  }

  /// Where it leads is left out as well: it would end in logs.
  public var description: String {
    switch address {
    case .unix: "Redis on a unix socket"
    case .tcp: isLocal ? "Redis on this machine" : "Redis on the network"
    }
  }

  /// Keeps the password out of dumps and of a failed test's report.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension RedisSettings {
  /// The longest path that Linux takes; hiredis 0.14 cuts a longer one without a word.
  private static let longestPath = 107

  /// Nothing that goes there can be read on a network.
  var isLocal: Bool {
    guard case .tcp(let host, _) = address else { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return host == "localhost" || host == "::1" || numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
  }

  /// - Throws: `configuration` for what must not be connected to, with what to do.
  public func check() throws(RedisError) {
    if case .unix(let path) = address, !(1...Self.longestPath).contains(path.utf8.count) {
      throw RedisError(.configuration, "the path of Redis' socket is longer than \(Self.longestPath) bytes, or empty")
    }
    if [host, user ?? "", password ?? ""].contains(where: { $0.utf8.contains(0) }) {
      throw RedisError(.configuration, "Redis' host, path, user or password holds a zero byte")
    }
    guard isLocal || allowPlaintext else {
      throw RedisError(
        .configuration,
        "this Redis is not on this machine, and hiredis knows no TLS: what goes there could be read on the way. Use "
          + "127.0.0.1, a unix socket or a tunnel, or set redis.allowPlaintext where the network itself is encrypted")
    }
    guard connectTimeout > .zero, commandTimeout > .zero else {
      throw RedisError(.configuration, "the time-outs of Redis must be longer than nothing")
    }
  }

  private var host: String {
    switch address {
    case .unix(let path): path
    case .tcp(let host, _): host
    }
  }
}
