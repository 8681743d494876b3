import PGOutput

/// Where a row's columns lie in the bytes it came in; nil is SQL's null.
struct RowLayout {
  var id: Range<Int>?
  var aggregateType: Range<Int>?
  var aggregateID: Range<Int>?
  var type: Range<Int>?
  var payload: Range<Int>?
  var headers: Range<Int>?
  var createdAt: Range<Int>?
}

/// The places of the outbox's columns in one table's tuples.
struct ColumnMap: Equatable {
  var id: Int
  var aggregateType: Int
  var aggregateID: Int
  var type: Int
  var payload: Int
  var headers: Int?
  var createdAt: Int?

  /// Finds the columns by name, in any order; further columns are passed over.
  /// - Throws: the names that are missing.
  init(columns: [String], names: ColumnNames) throws(MissingColumns) {
    let places = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let missing = names.required.filter { places[$0] == nil }
    guard missing.isEmpty, let id = places[names.id], let aggregateType = places[names.aggregateType],
      let aggregateID = places[names.aggregateID], let type = places[names.type], let payload = places[names.payload]
    else { throw MissingColumns(names: missing) }
    self.id = id
    self.aggregateType = aggregateType
    self.aggregateID = aggregateID
    self.type = type
    self.payload = payload
    headers = places[names.headers]
    createdAt = places[names.createdAt]
  }

  func layout(of tuple: borrowing TupleColumns) -> RowLayout {
    RowLayout(
      id: Self.range(tuple, id), aggregateType: Self.range(tuple, aggregateType),
      aggregateID: Self.range(tuple, aggregateID), type: Self.range(tuple, type), payload: Self.range(tuple, payload),
      headers: Self.range(tuple, headers), createdAt: Self.range(tuple, createdAt))
  }

  private static func range(_ tuple: borrowing TupleColumns, _ place: Int?) -> Range<Int>? {
    guard let place, place < tuple.count else { return nil }
    let field = tuple[place]
    return field.kind == .text || field.kind == .binary ? field.range : nil
  }
}

struct MissingColumns: Error, Equatable {
  let names: [String]
}
