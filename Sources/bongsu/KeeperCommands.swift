import Administration
import Arguments
import Foundation
import Postgres

/// `bongsu user`, `device`, `template` and `preference`: the tables that operators keep.
let keeperCommands: [Command] = KeptTable.all.map { table in
  Command(
    table.noun, summary: "List, show, set, import and export the notification database's \(table.noun)s",
    discussion: "Works on the database of --dsn or notification.dsn, as a member of notification_operator. Columns are "
      + "those of migrations/notification: \(table.keys.joined(separator: ", ")) name a \(table.noun), and "
      + "\(table.settable.joined(separator: ", ")) may be set.",
    examples: [.init("bongsu \(table.noun) list --limit 10", "shows the first ones")],
    subcommands: [list(table), show(table), set(table), importRows(table), export(table)]
      + (table.noun == KeptTable.template.noun ? [activate(table)] : []))
}

private let keysHelp = "What names it; - is null."

private func keys(_ table: KeptTable) -> [Positional] {
  table.keys.map { Positional($0.uppercased(), help: keysHelp) }
}

private func keys(_ table: KeptTable, _ arguments: ParsedArguments) -> [String?] {
  table.keys.map { arguments.words($0.uppercased()).first }.map { $0 == "-" ? nil : $0 }
}

/// Such a line as `bongsu preference set 17 - email enabled=false`.
private func sampleKeys(_ table: KeptTable) -> String {
  switch table.noun {
  case KeptTable.template.noun: "welcome sms ko 2"
  case KeptTable.preference.noun: "17 - email"
  default: "17"
  }
}

private func list(_ table: KeptTable) -> Command {
  Command(
    "list", summary: "Print rows in the order of their keys, without the long columns",
    examples: [.init("bongsu \(table.noun) list --where \(table.keys[0])=17", "only those")],
    options: DatabaseOptions.all + [
      .repeated("where", "COLUMN=VALUE", help: "Only rows with this value; without one, where it is null."),
      .integer("limit", "N", in: 1...1_000_000, help: "How many at most (100)."),
    ]
  ) { arguments in
    let conditions = try arguments.strings("where").map { try Assignment($0) }
    let rows = try keeper(table, arguments).rows(where: conditions, limit: arguments.integer("limit") ?? 100)
    Terminal.standard.output(rows.table)
  }
}

private func show(_ table: KeptTable) -> Command {
  Command(
    "show", summary: "Print one with all its columns",
    discussion: "Exit status 1 when there is none.",
    examples: [.init("bongsu \(table.noun) show \(sampleKeys(table))", "prints it")],
    options: DatabaseOptions.all, positionals: keys(table)
  ) { arguments in
    let rows = try keeper(table, arguments).row(keys(table, arguments))
    guard !rows.rows.isEmpty else {
      Terminal.standard.error("there is no such \(table.noun)\n")
      throw ExitStatus(1)
    }
    Terminal.standard.output(rows.list)
  }
}

private func set(_ table: KeptTable) -> Command {
  Command(
    "set", summary: "Change the given columns of one, or make it",
    examples: [
      .init("bongsu \(table.noun) set \(sampleKeys(table)) \(table.settable[0])=VALUE", "sets a column"),
      .init("bongsu \(table.noun) set \(sampleKeys(table)) \(table.settable[0])=@FILE", "to what a file holds"),
    ],
    options: DatabaseOptions.all,
    positionals: keys(table) + [
      Positional("COLUMN=VALUE", .many, help: "Nothing behind the sign is null; @FILE is a file's text.")
    ]
  ) { arguments in
    let values = try arguments.words("COLUMN=VALUE").map { try Assignment($0) }.map(readFile)
    let isNew = try keeper(table, arguments).set(keys(table, arguments), values)
    Terminal.standard.output(isNew ? "made\n" : "changed\n")
  }
}

private func importRows(_ table: KeptTable) -> Command {
  Command(
    "import", summary: "Take rows from a CSV file, all or nothing",
    discussion: "The first line names the columns, the keys among them. What is there is changed in these columns, the "
      + "rest is made. An empty field is null, \"\" an empty text.",
    examples: [.init("bongsu \(table.noun) import \(table.noun)s.csv --dry-run", "says what it would do")],
    options: DatabaseOptions.all + [.flag("dry-run", help: "Check everything and change nothing.")],
    positionals: [Positional("FILE", completion: .files, help: "The CSV file, in UTF-8; - is standard input.")]
  ) { arguments in
    let isTrial = arguments.flag("dry-run")
    let done = try keeper(table, arguments).importCSV(read(arguments.words("FILE")[0]), isTrial: isTrial)
    Terminal.standard.output("\(isTrial ? "would have " : "")made \(done.made), changed \(done.changed)\n")
  }
}

private func export(_ table: KeptTable) -> Command {
  Command(
    "export", summary: "Print all rows as CSV, as import takes them",
    examples: [.init("bongsu \(table.noun) export > \(table.noun)s.csv", "keeps a copy")],
    options: DatabaseOptions.all
  ) { arguments in try keeper(table, arguments).exportCSV { Terminal.standard.output($0) } }
}

private func activate(_ table: KeptTable) -> Command {
  Command(
    "activate", summary: "Put a version into use, and retire the one that was",
    discussion: "Routers use it with their next batch. One that is broken, as it was put in by SQL, is refused.",
    examples: [.init("bongsu template activate \(sampleKeys(table))", "puts version 2 into use")],
    options: DatabaseOptions.all, positionals: keys(table)
  ) { arguments in
    try keeper(table, arguments).activate(keys(table, arguments))
    Terminal.standard.output("active\n")
  }
}

private func keeper(_ table: KeptTable, _ arguments: ParsedArguments) throws -> TableKeeper {
  TableKeeper(try PostgresConnection(DatabaseOptions.read(arguments)), table) {
    Terminal.standard.error("note: \($0)\n")
  }
}

private func readFile(_ assignment: Assignment) throws -> Assignment {
  guard let value = assignment.value, value.hasPrefix("@") else { return assignment }
  return Assignment(column: assignment.column, value: try read(String(value.dropFirst())))
}

private func read(_ path: String) throws -> String {
  let file = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
  guard let bytes = try file?.readToEnd() ?? (file == nil ? nil : Data()) else {
    throw UsageError(.badValue, "\(path) cannot be read")
  }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw UsageError(.badValue, "\(path) is not in UTF-8")
  }
  return text
}
