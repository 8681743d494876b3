import Postgres

/// Reads a publication's tables as an exported snapshot sees them, oldest rows first, a few hundred at a time.
struct SnapshotRows {
  let connection: PostgresConnection
  let source: SourceSettings

  private static let rowsPerFetch = 500

  init(_ source: SourceSettings, snapshot: String) throws {
    self.source = source
    connection = try PostgresConnection(source.connection)
    try connection.run(script: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    // The name comes from the server and holds hexadecimal digits and hyphens.
    try connection.run(script: "SET TRANSACTION SNAPSHOT '\(snapshot)'")
  }

  /// Hands out each row's bytes and where its columns lie in them.
  func readAll(_ body: (RawSpan, RowLayout) throws -> Void) throws {
    let tables = try connection.execute(
      "SELECT format('%I.%I', schemaname, tablename), schemaname || '.' || tablename "
        + "FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1", [.text(source.publication)])
    for row in 0..<tables.rowCount { try read(table: tables[row, 0] ?? "", body) }
  }

  private func read(table: String, _ body: (RawSpan, RowLayout) throws -> Void) throws {
    try connection.run(script: "DECLARE backfill NO SCROLL CURSOR FOR \(try query(table))")
    while true {
      let rows = try connection.run(script: "FETCH \(Self.rowsPerFetch) FROM backfill")
      for row in 0..<rows.rowCount { try hand(rows, row, body) }
      if rows.rowCount < Self.rowsPerFetch { break }
    }
    try connection.run(script: "CLOSE backfill")
  }

  private func query(_ table: String) throws -> String {
    let names = source.columns
    let present = Set(try connection.run(script: "SELECT * FROM \(table) LIMIT 0").columnNames)
    func text(_ column: String) -> String { present.contains(column) ? "\(quoted(column))::text" : "NULL" }
    let columns = [names.id, names.aggregateType, names.aggregateID, names.type, names.payload, names.headers]
    let order = [names.createdAt, names.id].filter(present.contains).map(quoted)
    return "SELECT \((columns + [names.createdAt]).map(text).joined(separator: ", ")) FROM \(table) "
      + "ORDER BY \(order.joined(separator: ", "))"
  }

  private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

  private func hand(_ rows: QueryResult, _ row: Int, _ body: (RawSpan, RowLayout) throws -> Void) throws {
    var bytes: [UInt8] = []
    func place(_ column: Int) -> Range<Int>? {
      guard let value = rows.bytes(row: row, column: column) else { return nil }
      bytes += value
      return bytes.count - value.count..<bytes.count
    }
    let layout = RowLayout(
      id: place(0), aggregateType: place(1), aggregateID: place(2), type: place(3), payload: place(4),
      headers: place(5), createdAt: place(6))
    try body(bytes.rawBytes, layout)
  }
}
