import Arguments
import Configuration
import Operations

/// The options of every command that reads the configuration: a file, flags over single keys of it, and `--set` for
/// all others.
struct ConfigurationOptions {
  /// Flags that stand for one key each.
  let keys: [(flag: String, key: String)]

  static let file: [Option] = [
    .string("config", "FILE", short: "c", completion: .files, help: "The configuration file (BONGSU_CONFIG)."),
    .repeated("set", "KEY=VALUE", help: "Any key of the file, as relay.flight.rows=4096; over all else."),
  ]

  /// - Throws: exit status 2 for a file that cannot be read, once it was said why.
  func reader(_ arguments: ParsedArguments) throws -> ConfigurationReader {
    try Self.judged { try unjudged(arguments) }
  }

  /// Every section that there is, as one file is for all roles of a machine.
  private static let sections: Set = [
    "apns", "broker", "email", "fcm", "http", "kafka", "log", "notification", "ops", "policy", "redis", "redrive",
    "relay", "router", "sms", "topics", "worker",
  ]

  /// Judges what was read, once everything was asked for; sections of others are not looked at.
  /// - Parameter reading: the sections that the command has read.
  static func finish(_ root: ConfigurationReader, reading: Set<String>) throws {
    for other in sections.subtracting(reading) { root.leave(other) }
    try judged { try root.finish() }
  }

  /// What is wrong with a configuration is printed one problem a line, as compilers do, and exits with 2.
  private static func judged<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as ConfigurationError {
      Terminal.standard.error("\(error)\n")
      throw ExitStatus(2)
    }
  }

  private func unjudged(_ arguments: ParsedArguments) throws -> ConfigurationReader {
    var overrides = try arguments.strings("set").map { try ConfigurationOverride(assignment: $0) }
    for (flag, key) in keys where arguments.declares(flag) {
      guard let value = arguments.string(flag) else { continue }
      overrides.append(ConfigurationOverride(key: key, value: value, flag: "--\(flag)"))
    }
    return try ConfigurationReader(path: arguments.string("config"), overrides: overrides)
  }
}
