import Postgres

/// What an import did, or would have done.
public struct ImportedRows: Sendable, Equatable {
  public var made = 0
  public var changed = 0
}

extension TableKeeper {
  /// Takes rows in CSV, as `exportCSV` writes them: a first record with the columns' names, of which the keys must be
  /// among; an empty field is null, `""` an empty text. Rows that are there are changed in the given columns, others
  /// are made. All or nothing: PostgreSQL itself reads the CSV and checks each row.
  /// - Parameter isTrial: leaves everything as it was.
  /// - Throws: for a record that cannot be taken, with its number, from 1 after the header; or for what is no CSV.
  public func importCSV(_ text: String, isTrial: Bool = false) throws -> ImportedRows {
    let columns = try header(of: text)
    var imported = ImportedRows()
    do {
      try connection.transaction { connection in
        let total = try load(text, columns)
        imported = try applyOrFindFault(columns, total)
        try inspectImported(text)
        if isTrial { throw TrialIsOver() }
      }
    } catch is TrialIsOver {}
    return imported
  }

  private struct TrialIsOver: Error {}

  /// Names are plain words, so that the first line needs no reader of CSV.
  private func header(of text: String) throws -> [String] {
    let line = text.prefix { !$0.isNewline }
    let bare = line.first == "\u{FEFF}" ? line.dropFirst() : line
    let names = bare.split(separator: ",", omittingEmptySubsequences: false).map { name in
      name.first == "\"" && name.last == "\"" && name.count > 1 ? String(name.dropFirst().dropLast()) : String(name)
    }
    try table.check(names, among: table.columns)
    for key in table.keys where !names.contains(key) {
      throw KeptTableError(
        "the CSV has no column \(key); a \(table.noun) is named by \(table.keys.joined(separator: ", "))")
    }
    return names
  }

  /// Into a table of texts, so that a value of a wrong type is found with its record.
  private func load(_ text: String, _ columns: [String]) throws -> Int {
    let texts = columns.map { "\($0) text" }.joined(separator: ", ")
    try connection.run(
      script: "CREATE TEMP TABLE imported (record bigint GENERATED ALWAYS AS IDENTITY, \(texts)) ON COMMIT DROP")
    let body = text.drop { !$0.isNewline }.dropFirst()
    let copied = try connection.copyIn("COPY imported (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT csv)") {
      write in if !body.isEmpty { try write(String(body)) }
    }
    try connection.run(script: "CREATE UNIQUE INDEX ON imported (record); ANALYZE imported")
    try refuseRepeated()
    return copied
  }

  private func refuseRepeated() throws {
    let keys = table.keys.joined(separator: ", ")
    let repeated = try connection.execute(
      "SELECT min(last) FROM (SELECT max(record) AS last FROM imported GROUP BY \(keys) HAVING count(*) > 1) AS r")
    if let record = repeated.scalar { throw KeptTableError("record \(record) names a \(table.noun) a second time") }
  }

  /// A refusal names no row, so the first record with which it comes is searched by halves.
  private func applyOrFindFault(_ columns: [String], _ total: Int) throws -> ImportedRows {
    do { return try apply(columns, upTo: total) } catch let refusal as PostgresError {
      guard connection.isUsable else { throw refusal }
      var (good, bad, error) = (0, total, refusal)
      while bad - good > 1 {
        let middle = (good + bad) / 2
        do {
          _ = try apply(columns, upTo: middle, undo: true)
          good = middle
        } catch let found as PostgresError {
          guard connection.isUsable else { throw found }
          (bad, error) = (middle, found)
        }
      }
      throw KeptTableError("record \(bad) cannot be taken: \(error.description); nothing was changed")
    }
  }

  private func apply(_ columns: [String], upTo last: Int, undo: Bool = false) throws -> ImportedRows {
    try connection.run(script: "SAVEPOINT applying")
    do {
      let imported = try apply(columns, last)
      if undo { try connection.run(script: "ROLLBACK TO applying") }
      return imported
    } catch {
      _ = try? connection.run(script: "ROLLBACK TO applying")
      throw error
    }
  }

  private func apply(_ columns: [String], _ last: Int) throws -> ImportedRows {
    let types = try types()
    let cast = { (name: String) in "i.\(name)::\(types[name] ?? "text")" }
    let same = same(types)
    let values = columns.filter { !table.keys.contains($0) }
    var imported = ImportedRows()
    if !values.isEmpty {
      let sets = values.map { "\($0) = \(cast($0))" }.joined(separator: ", ")
      imported.changed =
        try connection.execute(
          "UPDATE \(table.table) t SET \(sets) FROM imported i WHERE i.record <= \(last) AND \(same)"
        ).affectedRows
    }
    imported.made =
      try connection.execute(
        """
        INSERT INTO \(table.table) (\(columns.joined(separator: ", "))) SELECT \(columns.map(cast).joined(separator: ", "))
        FROM imported i WHERE i.record <= \(last) AND NOT EXISTS (SELECT FROM \(table.table) t WHERE \(same))
        ORDER BY i.record
        """
      ).affectedRows
    return imported
  }

  /// Joins `imported i` to the table as `t`.
  private func same(_ types: [String: String]) -> String {
    table.keys.map { key in
      "t.\(key) \(table.nullableKeys.contains(key) ? "IS NOT DISTINCT FROM" : "=") i.\(key)::\(types[key] ?? "text")"
    }.joined(separator: " AND ")
  }

  private func inspectImported(_ text: String) throws {
    let from = "imported i JOIN \(table.table) t ON \(same(try types())) ORDER BY i.record"
    try inspect(from, record: "i.record", of: text)
  }

  private func types() throws -> [String: String] {
    let rows = try connection.execute(
      """
      SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
      """, [.text(table.table)])
    return Dictionary(uniqueKeysWithValues: (0..<rows.rowCount).map { (rows[$0, 0] ?? "", rows[$0, 1] ?? "") })
  }

  /// Writes all rows in CSV, in the order of their keys, as one snapshot.
  /// - Parameter write: takes a piece of text that ends with a row.
  public func exportCSV(_ write: (String) throws -> Void) throws {
    let columns = table.columns.joined(separator: ", ")
    try connection.copyOut(
      """
      COPY (SELECT \(columns) FROM \(table.table) ORDER BY \(table.keys.joined(separator: ", ")))
      TO STDOUT (FORMAT csv, HEADER)
      """
    ) { row in try write(String(decoding: row, as: UTF8.self)) }
  }
}
