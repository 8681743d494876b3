import Foundation

struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What to run and where; scripts/bench starts the servers and says so in the environment.
struct Setting {
  let name: String
  let isQuick: Bool
  let rounds: Int
  /// People in the database, where a benchmark has them.
  let users: Int?
  let jsonFile: String?
  /// router: for how long the steady load lasts, and that nothing else is measured; nil: all, and that for a while.
  let minutes: Int?
  /// router: another build of bongsu that is measured in the same minutes.
  let other: String?
  /// The private PostgreSQL, as its superuser.
  let conninfo: String
  let bootstrapServers: String
  let bongsu: String
  let relayLoop: String
  let postgresPrograms: String
  /// The outbox's SQL files, for a `bongsu` that cannot migrate.
  let migrations: String
  let scratch: String

  init(arguments: [String]) throws {
    var rest = arguments[...]
    var options: [String: String] = [:]
    while let argument = rest.popFirst() {
      switch argument {
      case "--quick": options[argument] = "yes"
      case "--json", "--rounds", "--users", "--minutes", "--beside":
        guard let value = rest.popFirst() else { throw BenchmarkError("\(argument) needs a value") }
        options[argument] = value
      case _ where options["name"] == nil && !argument.hasPrefix("-"): options["name"] = argument
      default: throw BenchmarkError("unknown argument '\(argument)'")
      }
    }
    name = options["name"] ?? ""
    isQuick = options["--quick"] != nil
    rounds = try Self.count("--rounds", options) ?? 1
    users = try Self.count("--users", options)
    jsonFile = options["--json"]
    minutes = try Self.count("--minutes", options)
    other = options["--beside"]
    conninfo = try Self.environment("BENCH_CONNINFO")
    bootstrapServers = try Self.environment("BENCH_BOOTSTRAP_SERVERS")
    bongsu = try Self.environment("BENCH_BONGSU")
    relayLoop = try Self.environment("BENCH_RELAY_LOOP")
    postgresPrograms = try Self.environment("BENCH_POSTGRES_PROGRAMS")
    migrations = try Self.environment("BENCH_MIGRATIONS")
    scratch = try Self.environment("BENCH_SCRATCH")
  }

  private static func count(_ name: String, _ options: [String: String]) throws -> Int? {
    guard let text = options[name] else { return nil }
    guard let count = Int(text), count > 0 else { throw BenchmarkError("\(name) needs a positive number") }
    return count
  }

  static func environment(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name] else {
      throw BenchmarkError("\(name) is not set: run scripts/bench")
    }
    return value
  }

  /// Writes a file that a program started by us reads.
  func scratchFile(_ name: String, _ content: String) throws -> String {
    let path = scratch + "/" + name
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
