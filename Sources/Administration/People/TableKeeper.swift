public import Postgres

/// Shows and changes the rows of one table.
public struct TableKeeper {
  let connection: PostgresConnection
  let table: KeptTable
  let remark: (String) -> Void

  /// - Parameter remark: hears of what was taken and may be a slip.
  public init(
    _ connection: PostgresConnection, _ table: KeptTable, remark: @escaping (String) -> Void = { _ in }
  ) {
    self.connection = connection
    self.table = table
    self.remark = remark
  }

  /// Rows in the order of their keys.
  /// - Parameters:
  ///   - conditions: what they must have in these columns.
  ///   - long: with the columns that are long.
  public func rows(where conditions: [Assignment], limit: Int, long: Bool = false) throws -> ShownRows {
    try table.check(conditions.map(\.column), among: table.columns)
    let columns = (table.columns + table.derived).filter { long || !table.long.contains($0) }
    let result = try connection.execute(
      """
      SELECT \(columns.joined(separator: ", ")) FROM \(table.table)\(Self.matching(conditions))
      ORDER BY \(table.keys.joined(separator: ", ")) LIMIT \(limit)
      """, conditions.map(Self.value))
    return ShownRows(result)
  }

  /// The row with these keys, all columns.
  public func row(_ keys: [String?]) throws -> ShownRows { try rows(where: assign(keys), limit: 1, long: true) }

  /// Changes what is given of the row with these keys, and makes the row when it is not there.
  /// - Returns: whether it was made.
  /// - Throws: also for a template that could not be used; nothing is changed then.
  public func set(_ keys: [String?], _ values: [Assignment]) throws -> Bool {
    let conditions = try assign(keys)
    try table.check(values.map(\.column), among: table.settable)
    guard !values.isEmpty else { throw KeptTableError("nothing to set: give COLUMN=VALUE") }
    return try connection.transaction { _ in
      let isNew = try write(values, conditions)
      try inspect("\(table.table) t\(Self.matching(conditions))", conditions.map(Self.value))
      return isNew
    }
  }

  private func write(_ values: [Assignment], _ conditions: [Assignment]) throws(PostgresError) -> Bool {
    let sets = values.enumerated().map { "\($1.column) = $\($0 + 1)" }.joined(separator: ", ")
    let all = values + conditions
    let changed = try connection.execute(
      "UPDATE \(table.table) SET \(sets)\(Self.matching(conditions, from: values.count))", all.map(Self.value))
    if changed.affectedRows > 0 { return false }
    let places = all.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    try connection.execute(
      "INSERT INTO \(table.table) (\(all.map(\.column).joined(separator: ", "))) VALUES (\(places))",
      all.map(Self.value))
    return true
  }

  /// Puts a version of a template into use.
  /// - Throws: when there is none, or it could not be used.
  public func activate(_ keys: [String?]) throws {
    let conditions = try assign(keys)
    try connection.transaction { connection in
      let done = try connection.execute(
        "SELECT notification.activate_template($1, $2, $3, $4)", conditions.map(Self.value))
      guard done.scalar == "t" else {
        throw KeptTableError("there is no such template; `bongsu template list` has all")
      }
      try inspect("\(table.table) t\(Self.matching(conditions))", conditions.map(Self.value))
    }
  }

  private func assign(_ keys: [String?]) throws(KeptTableError) -> [Assignment] {
    guard keys.count == table.keys.count else {
      throw KeptTableError("a \(table.noun) is named by \(table.keys.joined(separator: ", "))")
    }
    return zip(table.keys, keys).map { Assignment(column: $0, value: $1) }
  }

  /// All parameters have a place, so that those of null are asked for as well.
  private static func matching(_ conditions: [Assignment], from start: Int = 0) -> String {
    let parts = conditions.enumerated().map { index, condition in
      let place = "$\(index + start + 1)"
      return condition.value == nil
        ? "\(condition.column) IS NULL AND \(place)::text IS NULL" : "\(condition.column) = \(place)"
    }
    return parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND ")
  }

  private static func value(_ assignment: Assignment) -> SQLValue { assignment.value.map { .text($0) } ?? .null }
}
