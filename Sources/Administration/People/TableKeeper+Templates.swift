import NotificationModel
import Policy
import Postgres

/// Templates are more than the database itself can check.
extension TableKeeper {
  private static let toldAtMost = 10

  /// Looks at templates within the transaction that has changed them, and tells `remark` of what may be a slip. One that
  /// is retired is not looked at: before it is used it has to be activated.
  /// - Parameters:
  ///   - rows: what stands behind FROM, with the table as `t`.
  ///   - record: an expression for the record of a CSV that a row is from.
  ///   - text: that CSV.
  /// - Throws: for templates that could not be used, with field and line.
  func inspect(
    _ rows: String, _ parameters: [SQLValue] = [], record: String = "0", of text: String? = nil
  ) throws {
    guard table.noun == KeptTable.template.noun else { return }
    let found = try inspected(rows, parameters, record)
    let lines = CSVLines(text ?? "", of: Set(found.map(\.record)))
    let all = found.map { one in
      (place: text == nil ? one.name : "line \(lines[one.record]): \(one.name)", check: one.check)
    }
    let faults = all.flatMap { one in one.check.faults.map { "\(one.place): \($0)" } }
    guard faults.isEmpty else {
      throw KeptTableError("a template could not be used, so nothing was changed\n" + Self.list(faults))
    }
    let remarks = all.flatMap { one in one.check.remarks.map { "\(one.place): \($0)" } }
    if !remarks.isEmpty { remark(Self.list(remarks)) }
  }

  private static func list(_ lines: [String]) -> String {
    let more = lines.count - toldAtMost
    return (lines.prefix(toldAtMost) + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
  }

  private struct Inspected {
    let record: Int
    let name: String
    let check: TemplateCheck
  }

  private func inspected(
    _ rows: String, _ parameters: [SQLValue], _ record: String
  ) throws(PostgresError) -> [Inspected] {
    let found = try connection.execute(
      """
      SELECT \(record), t.template_key, t.channel, t.locale, t.version, t.subject, t.title, t.body, t.badge,
        array_to_string(t.required_parameters, E'\\x1f'), t.state
      FROM \(rows)
      """, parameters)
    return (0..<found.rowCount).compactMap { row in
      guard found[row, 10] != "retired", let channel = found[row, 2].flatMap({ ChannelKind(rawValue: $0) }) else {
        return nil
      }
      let definition = TemplateDefinition(
        key: found[row, 1] ?? "", channel: channel, locale: found[row, 3] ?? "",
        version: found[row, 4].flatMap { Int($0) } ?? 0, subject: found[row, 5], title: found[row, 6],
        body: found[row, 7] ?? "", badge: found[row, 8],
        requiredParameters: (found[row, 9] ?? "").split(separator: "\u{1F}").map(String.init))
      return Inspected(
        record: found[row, 0].flatMap { Int($0) } ?? 0, name: definition.name, check: TemplateCheck(definition))
    }
  }
}

/// On which lines of a CSV with a header records begin, as a quoted field may hold lines of its own.
struct CSVLines {
  private var lines: [Int: Int] = [:]

  /// - Parameter records: from 1 after the header.
  init(_ text: String, of records: Set<Int>) {
    var (line, record, isQuoted) = (1, 0, false)
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      guard character.isNewline else { continue }
      line += 1
      if isQuoted { continue }
      record += 1
      if records.contains(record) { lines[record] = line }
    }
  }

  subscript(record: Int) -> Int { lines[record] ?? 0 }
}
