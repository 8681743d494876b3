extension OutboxStatement {
  private static func insert(into table: String) -> String {
    "INSERT INTO \(table) (id, aggregatetype, aggregateid, type, payload, headers)"
  }

  /// Every parameter is declared as text, so that a driver that sends texts needs to know no other type.
  init(_ event: OutboxEvent, table: String) {
    sql =
      Self.insert(into: table)
      + " VALUES ($1::text::uuid, $2::text, $3::text, $4::text, $5::text::jsonb, $6::text::jsonb)"
    parameters = event.columns
  }

  /// One array a column. For 10,000 rows this is as fast as rows of VALUES, at six parameters instead of 60,000; for a
  /// single row it would cost twice as much. The elements are cast one by one, since an array of jsonb is slower.
  init(_ events: some Collection<OutboxEvent>, table: String) {
    sql =
      Self.insert(into: table)
      + " SELECT id::uuid, aggregatetype, aggregateid, type, payload::jsonb, headers::jsonb FROM unnest("
      + (1...6).map { "$\($0)::text::text[]" }.joined(separator: ", ")
      + ") AS event (id, aggregatetype, aggregateid, type, payload, headers)"
    var columns = [ArrayLiteral](repeating: ArrayLiteral(), count: 6)
    for event in events {
      for (column, value) in event.columns.enumerated() { columns[column].append(value) }
    }
    parameters = columns.map(\.text)
  }

  /// Events of one table in as few statements as their size allows.
  static func batch(
    _ events: [OutboxEvent], table: String, sizeLimit: Int = Self.sizeLimit
  ) -> [OutboxStatement] {
    var statements: [OutboxStatement] = []
    var rest = events[...]
    while let first = rest.first {
      var size = 0
      let part = rest.prefix { event in
        size += event.size
        return size <= sizeLimit
      }
      let taken = part.isEmpty ? rest.prefix(1) : part
      statements.append(taken.count == 1 ? OutboxStatement(first, table: table) : OutboxStatement(taken, table: table))
      rest = rest.dropFirst(taken.count)
    }
    return statements
  }

  /// In bytes of the events' texts. One of PostgreSQL's values is below a gigabyte, and client and server each hold a
  /// statement several times.
  static let sizeLimit = 32 << 20
}

extension OutboxEvent {
  fileprivate var columns: [String?] {
    [id.description, aggregateType, aggregateID, type, payload.json, OutboxHeaders.json(headers)]
  }

  fileprivate var size: Int {
    payload.json.utf8.count + aggregateType.utf8.count + aggregateID.utf8.count + type.utf8.count
      + headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
  }
}

/// PostgreSQL's text form of a text[].
struct ArrayLiteral {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  var text: String { String(decoding: bytes, as: UTF8.self) + "}" }

  mutating func append(_ element: String?) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    guard let element else { return bytes.append(contentsOf: "NULL".utf8) }
    bytes.append(UInt8(ascii: "\""))
    for byte in element.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
