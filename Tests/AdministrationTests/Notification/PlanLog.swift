import LocalServers
import Postgres
import TestSupport

/// The plans by which a server of a test's own ran what the test did, with the statements within functions.
struct PlanLog {
  /// How statements with parameters are planned: for these, or for any, as a server plans what it has prepared a while ago.
  enum Mode: String, Sendable, CaseIterable {
    case custom = "force_custom_plan"
    case generic = "force_generic_plan"
  }

  /// A line of a plan that reads a table from end to end is `Seq Scan on TABLE`.
  struct Plan: Sendable, CustomStringConvertible {
    /// Each with what it does, as `Index Scan using app_user_pkey on app_user`.
    let lines: [String]

    var description: String { lines.joined(separator: "\n") }

    /// The tables that it reads from end to end.
    var scanned: [String] {
      lines.compactMap { line in
        line.firstMatch(of: /Seq Scan on (\S+)/).map { String($0.1) }
      }
    }

    /// Those of which it reads what an index finds.
    var found: [String] {
      lines.compactMap { line in
        line.firstMatch(of: /(?:Index Scan|Index Only Scan|Bitmap Heap Scan).* on (\w+)/).map { String($0.1) }
      }
    }
  }

  private let database: TestDatabase

  /// - Parameter database: on a server that nobody else uses meanwhile.
  init(_ database: TestDatabase) { self.database = database }

  /// - Parameter body: does what is to be looked at on connections of these settings, and has ended them all when it
  ///   returns.
  func plans(_ mode: Mode, of body: (ConnectionSettings) throws -> Void) throws -> [Plan] {
    let settings = [
      "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
      "auto_explain.log_nested_statements=on",
      "plan_cache_mode=\(mode.rawValue)", "statement_timeout=120s",
    ]
    let options = settings.map { "-c \($0)" }.joined(separator: " ")
    let start = try mark()
    try body(try database.settings.setting("options", options))
    let end = try mark()
    let lines = database.server.log
    guard let first = lines.firstIndex(where: { $0.contains(start) }),
      let last = lines.lastIndex(where: { $0.contains(end) })
    else { return [] }
    return Self.read(lines[first..<last])
  }

  /// Writes a word of its own into the server's log, and waits for it there.
  private func mark() throws -> String {
    let word = uniqueName("mark")
    try database.run("DO $$ BEGIN RAISE LOG '\(word)'; END $$")
    try eventually("the log has a mark") { database.server.log.contains { $0.contains(word) } }
    return word
  }

  private static func read(_ lines: ArraySlice<String>) -> [Plan] {
    var plans: [[String]] = []
    for line in lines {
      if line.contains(" plan:") {
        plans.append([])
      } else if line.hasPrefix("\t"), !plans.isEmpty {
        plans[plans.count - 1].append(line)
      }
    }
    return plans.map { Plan(lines: $0) }
  }
}
