import NotificationModel
import Postgres
public import Relay

/// Looks into the tables of one outbox: which rows there are and when they were made, as `outbox_auditor` may.
public final class OutboxReader {
  public let name: String
  private let source: SourceSettings
  private var opened: Result<PostgresConnection, PostgresError>?

  public init(_ source: SourceSettings) { (self.source, name) = (source, source.name) }

  /// What a search came to.
  enum Answer {
    case found(place: String, createdAt: UnixTime)
    case absent
    /// Why it could not be looked into.
    case failed(String)
  }

  /// - Parameter id: a UUID in small letters.
  func find(_ id: String) -> Answer {
    do throws(PostgresError) {
      let connection = try connect()
      for table in try tables(connection) {
        if let time = try createdAt(id, table, connection) {
          return .found(place: "\(name): \(table)", createdAt: time)
        }
      }
      return .absent
    } catch {
      guard error.sqlState == .insufficientPrivilege, let grants = try? missingGrants(), !grants.isEmpty else {
        return .failed(error.description)
      }
      return .failed("\(error.description); \(grants)")
    }
  }

  /// What to type, so that the log-in may see the rows of all tables; empty where it may.
  func missingGrants() throws(PostgresError) -> String {
    try grants { $0.maySeeRows ? nil : $0.grantToSeeRows }
  }

  /// What to type, so that the log-in may read all of the rows.
  func grantsToRead() throws(PostgresError) -> String { try grants(\.grantToRead) }

  private func grants(_ advice: (OutboxRights) -> String?) throws(PostgresError) -> String {
    var found: [String] = []
    for text in try OutboxRights.read(source, connect()).compactMap(advice) where !found.contains(text) {
      found.append(text)
    }
    return found.joined(separator: "; ")
  }

  /// Forgets a connection that failed or was lost, so that the next question makes another.
  func retry() {
    if (try? opened?.get())?.isUsable != true { opened = nil }
  }

  func connect() throws(PostgresError) -> PostgresConnection {
    if let opened { return try opened.get() }
    let attempt = Result { () throws(PostgresError) in try PostgresConnection(source.connection) }
    opened = attempt
    return try attempt.get()
  }

  /// With their schemas, quoted.
  func tables(_ connection: PostgresConnection) throws(PostgresError) -> [String] {
    try connection.execute(
      "SELECT format('%I.%I', schemaname, tablename) FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1",
      [.text(source.publication)]
    ).column
  }

  var idColumn: String { SQLIdentifier.quoted(source.columns.id) }
  var timeColumn: String { SQLIdentifier.quoted(source.columns.createdAt) }

  /// A UUIDv7 tells its day, without which every day's partition would be read.
  private func createdAt(_ id: String, _ table: String, _ connection: PostgresConnection) throws(PostgresError)
    -> UnixTime?
  {
    var conditions = SQLConditions()
    conditions.add("\(idColumn) = \(conditions.place(.text(id)))")
    if let made = UUIDTime.milliseconds(id) {
      conditions.add(timeColumn, ">=", UnixTime(milliseconds: made - 86_400_000))
      conditions.add(timeColumn, "<", UnixTime(milliseconds: made + 86_400_000))
    }
    return try connection.execute(
      "SELECT \(SQLTime.milliseconds(timeColumn)) FROM \(table)\(conditions.clause) LIMIT 1", conditions.parameters
    ).scalar.flatMap { Int64($0) }.map { UnixTime(milliseconds: $0) }
  }
}

/// When a UUIDv7 was made.
enum UUIDTime {
  /// Nil for a UUID of another version.
  static func milliseconds(_ id: String) -> Int64? {
    let digits = id.filter { $0 != "-" }
    guard digits.count == 32, digits.dropFirst(12).first == "7" else { return nil }
    return Int64(digits.prefix(12), radix: 16)
  }
}
