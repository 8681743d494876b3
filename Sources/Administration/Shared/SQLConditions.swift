import NotificationModel
import Postgres

/// Conditions of a WHERE clause with their parameters, put together one by one.
struct SQLConditions {
  private(set) var parts: [String] = []
  private(set) var parameters: [SQLValue] = []

  /// A place for a parameter, as `$3`.
  mutating func place(_ value: SQLValue) -> String {
    parameters.append(value)
    return "$\(parameters.count)"
  }

  mutating func add(_ sql: String) { parts.append(sql) }

  /// One of the values; all where there are none.
  mutating func add(_ expression: String, in values: [String], as type: String = "text") {
    guard !values.isEmpty else { return }
    let places = values.map { "\(place(.text($0)))::\(type)" }
    parts.append("\(expression) IN (\(places.joined(separator: ", ")))")
  }

  mutating func add(_ expression: String, _ comparison: String, _ time: UnixTime?) {
    guard let time else { return }
    parts.append("\(expression) \(comparison) \(place(SQLTime.value(time)))::timestamptz")
  }

  /// With ` WHERE ` before; empty where there are none.
  var clause: String { parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND ") }
}

/// Times in statements.
enum SQLTime {
  static func value(_ time: UnixTime) -> SQLValue { .text(Timestamp(time).description) }

  /// An expression for milliseconds since 1970.
  static func milliseconds(_ column: String) -> String { "floor(extract(epoch FROM \(column)) * 1000)::bigint" }

  /// An expression for text, as `2026-11-24T08:00:00.000Z`.
  static func text(_ column: String) -> String {
    "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
  }
}

/// A statement whose rows are shown to people as a table, or to programs as JSON.
struct ShownQuery {
  var sql: String
  var parameters: [SQLValue] = []

  func rows(_ connection: PostgresConnection) throws(PostgresError) -> ShownRows {
    ShownRows(try connection.execute(sql, parameters))
  }

  /// An array of objects, with numbers as numbers.
  func json(_ connection: PostgresConnection) throws(PostgresError) -> String {
    let list = "SELECT coalesce(json_agg(q), '[]')::text FROM (\(sql)) q"
    return (try connection.execute(list, parameters).scalar ?? "[]") + "\n"
  }
}
