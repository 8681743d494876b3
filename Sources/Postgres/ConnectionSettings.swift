import CLibPQ

/// How to reach a database: libpq's own parameters, from `host=… dbname=…` or `postgresql://…`. What is not given comes
/// from libpq (environment, service and password files).
public struct ConnectionSettings: Sendable, CustomStringConvertible {
  private var values: [String: String]

  /// A peer that vanished is noticed in half a minute.
  private static let defaults = [
    "connect_timeout": "10", "tcp_user_timeout": "30000", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "4", "application_name": "bongsu", "client_encoding": "UTF8",
  ]

  /// - Throws: `configuration` when libpq cannot read the text; the text itself is not repeated.
  public init(conninfo: String) throws(PostgresError) {
    var problem: UnsafeMutablePointer<CChar>?
    guard let options = unsafe PQconninfoParse(conninfo, &problem) else {
      unsafe PQfreemem(problem)
      throw PostgresError(
        .configuration,
        "the connection string cannot be read; write host=HOST port=5432 dbname=NAME user=NAME or postgresql://…")
    }
    defer { unsafe PQconninfoFree(options) }
    values = Self.defaults
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val { values[unsafe String(cString: keyword)] = unsafe String(cString: value) }
      unsafe option += 1
    }
  }

  /// The same with one parameter set, by libpq's name for it.
  public func setting(_ key: String, _ value: String) -> Self {
    var copy = self
    copy.values[key] = value
    return copy
  }

  public func value(_ key: String) -> String? { values[key] }

  /// Where it leads, without a password.
  public var description: String {
    ["host", "hostaddr", "port", "dbname", "user"].compactMap { key in values[key].map { "\(key)=\($0)" } }
      .joined(separator: " ")
  }

  /// Connects and waits for the answer.
  func connect() throws(PostgresError) -> OpaquePointer {
    guard let handle = unsafe PQconnectdb(conninfo) else {
      throw PostgresError(.connection, "libpq has no memory for a connection")
    }
    guard unsafe PQstatus(handle) == CONNECTION_OK else {
      defer { unsafe PQfinish(handle) }
      throw unsafe Self.failure(handle)
    }
    return unsafe handle
  }

  /// All parameters as `key='value'`, with quotes and backslashes escaped.
  private var conninfo: String {
    values.sorted { $0.key < $1.key }.map { key, value in
      "\(key)='\(value.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }.map(String.init).joined())'"
    }.joined(separator: " ")
  }

  /// libpq gives no SQLSTATE for a failed connection, so the two that matter are told by their words.
  private static func failure(_ handle: OpaquePointer) -> PostgresError {
    let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
    let line = text.split(separator: "\n").joined(separator: "; ")
    return PostgresError(.connection, "cannot connect: \(line)", sqlState: state(of: text))
  }

  private static func state(of text: String) -> SQLState? {
    if text.contains("password authentication failed") { return .invalidPassword }
    if text.contains("no pg_hba.conf entry") || text.contains("must be superuser or replication role") {
      return .invalidAuthorization
    }
    return text.contains("does not exist") ? .invalidCatalogName : nil
  }
}
