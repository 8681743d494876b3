import Postgres

/// Reads a publication's tables as an exported snapshot sees them, oldest rows first, a few hundred at a time.
struct SnapshotRows {
  let connection: PostgresConnection
  let source: SourceSettings

  private static let rowsPerFetch = 500

  /// - Parameter snapshot: nil takes one of its own.
  init(_ source: SourceSettings, snapshot: String?) throws {
    self.source = source
    connection = try PostgresConnection(source.connection)
    try connection.run(script: ReplicationConnection.session)
    try connection.run(script: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    // The name comes from the server and holds hexadecimal digits and hyphens.
    if let snapshot { try connection.run(script: "SET TRANSACTION SNAPSHOT '\(snapshot)'") }
  }

  /// - Throws: what to type where the log-in may not read one of the tables.
  func checkRights() throws {
    let tables = try connection.execute(
      """
      SELECT quote_ident(schemaname), format('%I.%I', schemaname, tablename), quote_ident(current_user)
      FROM pg_publication_tables
      WHERE pubname = $1 AND CASE WHEN has_schema_privilege(schemaname, 'USAGE')
        THEN NOT has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT') ELSE true END
      ORDER BY 1, 2
      """, [.text(source.publication)])
    guard tables.rowCount > 0 else { return }
    let grants = (0..<tables.rowCount).map { row in
      SQLGrant.select(on: tables[row, 1] ?? "", of: tables[row, 0] ?? "", to: tables[row, 2] ?? "")
    }
    throw RelayError.retry(
      .backfill,
      "a new slot sends what the tables hold already, which this log-in may not read; type "
        + "\(grants.joined(separator: "; ")), and revoke it once the slot is there")
  }

  /// Hands out each row's bytes and where its columns lie in them.
  func readAll(_ body: (RawSpan, RowLayout) throws -> Void) throws {
    for table in try tables() { try read(table: table, body) }
  }

  /// The ids of all rows, or of those made at `since` (milliseconds since 1970) or later.
  func ids(since: Int64?, _ body: (String) -> Void) throws {
    for table in try tables() {
      var condition = ""
      if let since, try columns(of: table).contains(source.columns.createdAt) {
        condition = " WHERE \(SQLIdentifier.quoted(source.columns.createdAt)) >= to_timestamp(\(since) / 1000.0)"
      }
      let query = "SELECT \(SQLIdentifier.quoted(source.columns.id))::text FROM \(table)\(condition)"
      try fetch(query) { rows, row in body(rows[row, 0] ?? "") }
    }
  }

  /// When the oldest row was made, in milliseconds since 1970; nil where a table has no such column, or no row.
  func oldest() throws -> Int64? {
    var oldest: Int64?
    for table in try tables() {
      guard try columns(of: table).contains(source.columns.createdAt) else { return nil }
      let column = SQLIdentifier.quoted(source.columns.createdAt)
      // -infinity is older than any record, and no number.
      let time = "CASE WHEN isfinite(min(\(column))) THEN extract(epoch FROM min(\(column))) ELSE 0 END"
      guard let text = try connection.run(script: "SELECT floor(\(time) * 1000)::bigint FROM \(table)").scalar,
        let milliseconds = Int64(text)
      else { continue }
      oldest = min(oldest ?? milliseconds, milliseconds)
    }
    return oldest
  }

  /// Hands out the rows with this id.
  func read(id: String, _ body: (RawSpan, RowLayout) throws -> Void) throws {
    // PostgreSQL takes no parameters in a cursor's statement here.
    guard id.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Character(UnicodeScalar($0)).isHexDigit }) else { return }
    let column = SQLIdentifier.quoted(source.columns.id)
    for table in try tables() {
      try fetch(try query(table, where: "\(column)::text = '\(id)'")) { rows, row in try hand(rows, row, body) }
    }
  }

  private func tables() throws -> [String] {
    try connection.execute(
      "SELECT format('%I.%I', schemaname, tablename) FROM pg_publication_tables WHERE pubname = $1 ORDER BY 1",
      [.text(source.publication)]
    ).column
  }

  private func columns(of table: String) throws -> Set<String> {
    Set(try connection.run(script: "SELECT * FROM \(table) LIMIT 0").columnNames)
  }

  private func read(table: String, _ body: (RawSpan, RowLayout) throws -> Void) throws {
    try fetch(try query(table)) { rows, row in try hand(rows, row, body) }
  }

  private func fetch(_ query: String, _ body: (QueryResult, Int) throws -> Void) throws {
    // One that was given up half-way is still open.
    try connection.run(script: "CLOSE ALL; DECLARE backfill NO SCROLL CURSOR FOR \(query)")
    while true {
      let rows = try connection.run(script: "FETCH \(Self.rowsPerFetch) FROM backfill")
      for row in 0..<rows.rowCount { try body(rows, row) }
      if rows.rowCount < Self.rowsPerFetch { break }
    }
    try connection.run(script: "CLOSE backfill")
  }

  private func query(_ table: String, where condition: String? = nil) throws -> String {
    let names = source.columns
    let present = try columns(of: table)
    func text(_ column: String) -> String {
      present.contains(column) ? "\(SQLIdentifier.quoted(column))::text" : "NULL"
    }
    let columns = [names.id, names.aggregateType, names.aggregateID, names.type, names.payload, names.headers]
    // Rows of one transaction share created_at, and those of one command share cmin. A UUIDv7 tells their order then; a
    // row's place does so but for commands that go on in another page, which may lie before.
    let id = "\(SQLIdentifier.quoted(names.id))::text"
    let written = ["cmin::text::bigint", "CASE WHEN substr(\(id), 15, 1) = '7' THEN \(id) END", "ctid"]
    let order = ([names.createdAt].filter(present.contains).map(SQLIdentifier.quoted) + written).joined(separator: ", ")
    let choice = condition.map { " WHERE \($0)" } ?? ""
    let list = (columns + [names.createdAt]).map(text).joined(separator: ", ")
    return "SELECT \(list) FROM \(table)\(choice) ORDER BY \(order)"
  }

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
