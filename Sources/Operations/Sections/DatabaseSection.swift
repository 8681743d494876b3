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

  /// Reads the section `notification` for what cannot do without its database: where nothing is set, `finish()` of the
  /// reader says what is missing.
  public init?(notification root: ConfigurationReader) {
    let section = root.section("notification")
    guard let settings = ConnectionSettings(section: section) else {
      // What is set and cannot be used was reported as that.
      if !section.isSet("dsn"), !section.isSet("dsnFile") { section.reportMissing("dsn", flag: "--dsn") }
      return nil
    }
    self = settings
  }
}
