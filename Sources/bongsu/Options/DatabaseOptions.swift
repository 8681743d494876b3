import Arguments
import Configuration
import Operations
import Postgres

/// The options of the commands that work on the notification database, and the section `notification` behind them.
enum DatabaseOptions {
  static let all: [Option] =
    ConfigurationOptions.file + [
      .string("dsn", "CONNINFO", help: "The notification database, as libpq takes it.")
    ]

  private static let configuration = ConfigurationOptions(keys: [("dsn", "notification.dsn")])

  static func read(_ arguments: ParsedArguments) throws -> ConnectionSettings {
    let root = try configuration.reader(arguments)
    let settings = ConnectionSettings(notification: root)
    try ConfigurationOptions.finish(root, reading: ["notification"])
    guard let settings else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return settings
  }
}
