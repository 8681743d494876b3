import CLibPQ

extension ConnectionSettings {
  /// Connects and waits for the answer, per address for `connect_timeout` seconds.
  func connect() throws(PostgresError) -> OpaquePointer {
    if let wrong = parameter(holding: 0) {
      throw PostgresError(.configuration, "the connection parameter \(wrong) holds a zero byte")
    }
    guard let handle = unsafe PQconnectdb(conninfo) else { throw .noMemory }
    guard unsafe PQstatus(handle) == CONNECTION_OK else {
      defer { unsafe PQfinish(handle) }
      throw ConnectFailure.error(unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? "")
    }
    // Notices go to stderr by default, where only log lines belong.
    unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
    return unsafe handle
  }
}

/// libpq gives no SQLSTATE for a connection that did not come about, so those that matter are told by their words.
enum ConnectFailure {
  static func error(_ text: String) -> PostgresError {
    let line = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: "; ")
    let isOurs = configurationWords.contains { text.contains($0) } || text.hasPrefix("invalid ")
    return PostgresError(
      isOurs ? .configuration : .connection, "cannot connect: \(line)", sqlState: isOurs ? nil : state(text))
  }

  /// libpq's own complaints, made before a server was asked.
  private static let configurationWords = [
    "could not match", "definition of service", "service file", "certificate file", "private key file",
  ]

  private static let states: [(words: String, state: SQLState)] = [
    ("password authentication failed", .invalidPassword),
    ("no password supplied", .invalidPassword),
    ("no pg_hba.conf entry", .invalidAuthorizationSpecification),
    ("must be superuser or replication role", .invalidAuthorizationSpecification),
    ("is not permitted to log in", .invalidAuthorizationSpecification),
    ("authentication failed for user", .invalidAuthorizationSpecification),
    ("too many ", .tooManyConnections),
    ("remaining connection slots", .tooManyConnections),
    ("the database system is", .cannotConnectNow),
  ]

  private static func state(_ text: String) -> SQLState? {
    if let known = states.first(where: { text.contains($0.words) }) { return known.state }
    guard text.contains("FATAL"), text.contains("does not exist") else { return nil }
    return text.contains("role \"") ? .invalidAuthorizationSpecification : .invalidCatalogName
  }
}
