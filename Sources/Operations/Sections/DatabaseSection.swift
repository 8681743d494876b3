public import Configuration
public import Postgres

extension ConnectionSettings {
  /// Reads how to reach a database out of a section:
  /// - `dsn` (text, or `dsnFile`): libpq's connection string; shown without its passwords.
  /// - `password` (secret, or `passwordFile`): over what the string holds.
  ///
  /// Nil when there is no `dsn`; whether that is a problem is the caller's to say.
  public init?(section: ConfigurationReader) {
    let dsn = section.secret("dsn", masking: .connectionString)
    let password = section.secret("password")
    guard let dsn else {
      if password != nil { section.report(.missing, "password", "is given without a dsn beside it") }
      return nil
    }
    do {
      let settings = try ConnectionSettings(conninfo: dsn.reveal())
      self = password.map { settings.setting("password", $0.reveal()) } ?? settings
    } catch {
      section.report(.badValue, "dsn", "cannot be used: \(error.message)")
      return nil
    }
  }
}
