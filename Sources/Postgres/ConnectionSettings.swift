import CLibPQ

/// How to reach a database: libpq's own parameters, from `host=… dbname=…` or `postgresql://…`, TLS ones among them.
/// What is not given comes from libpq (environment, service and password files).
public struct ConnectionSettings: Sendable, CustomStringConvertible, CustomReflectable {
  private var values: [String: String]

  /// With these a peer that vanished is noticed in half a minute.
  private static let defaults = [
    "connect_timeout": "10", "tcp_user_timeout": "30000", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "4", "application_name": "bongsu",
  ]

  /// All parameters as libpq finds them: environment, service and password files.
  public init() { values = Self.defaults }

  /// - Throws: `configuration` when the text cannot be read; the text itself is not repeated, as it holds a password.
  public init(conninfo: String) throws(PostgresError) {
    var problem: UnsafeMutablePointer<CChar>?
    guard !conninfo.utf8.contains(0), !Self.hidesPassword(conninfo),
      let options = unsafe PQconninfoParse(conninfo, &problem)
    else {
      unsafe PQfreemem(problem)
      throw PostgresError(
        .configuration,
        "the connection string cannot be read; write host=HOST port=5432 dbname=NAME user=NAME, values with spaces in "
          + "single quotes, or postgresql://USER@HOST:PORT/NAME, where @ : / ? # of a password are percent-encoded")
    }
    defer { unsafe PQconninfoFree(options) }
    values = Self.defaults
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      let value = unsafe option.pointee.val
      if let value = unsafe value { values[unsafe String(cString: keyword)] = unsafe String(cString: value) }
      unsafe option += 1
    }
  }

  /// In `postgresql://user:pa@ss/word@host/name` libpq takes parts of the password for a host, a port or a database,
  /// and they would appear in its messages.
  private static func hidesPassword(_ conninfo: String) -> Bool {
    guard let scheme = ["postgresql://", "postgres://"].first(where: conninfo.hasPrefix) else { return false }
    let rest = conninfo.dropFirst(scheme.count).prefix { $0 != "?" }
    let authority = rest.prefix { $0 != "/" }
    let hosts = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let ports = hosts.split(separator: ",").compactMap { host -> Substring? in
      let afterAddress = host.lastIndex(of: "]").map { host[$0...] } ?? host
      return afterAddress.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last
    }
    return authority.count(where: { $0 == "@" }) > 1 || rest.dropFirst(authority.count).contains("@")
      || ports.contains { !$0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }

  /// The same with one parameter set, by libpq's name for it.
  public func setting(_ key: String, _ value: String) -> Self {
    var copy = self
    copy.values[key] = value
    return copy
  }

  /// One parameter, as given or as this type's default; nil when libpq decides.
  public func value(_ key: String) -> String? { values[key] }

  /// The name of a parameter whose value holds `byte`.
  func parameter(holding byte: UInt8) -> String? { values.first { $0.value.utf8.contains(byte) }?.key }

  /// Where it leads, without a password.
  public var description: String {
    ["host", "hostaddr", "port", "dbname", "user"].compactMap { key in values[key].map { "\(key)=\($0)" } }
      .joined(separator: " ")
  }

  /// Keeps the password out of dumps and of a failed test's report.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

  /// All parameters as `key='value'`. Texts travel as UTF-8 whatever was asked for, since Swift's do.
  var conninfo: String {
    setting("client_encoding", "UTF8").values.sorted { $0.key < $1.key }.map { key, value in
      "\(key)='\(value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined())'"
    }.joined(separator: " ")
  }
}
