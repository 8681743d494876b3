public import Configuration
public import Redis

extension RedisSettings {
  /// Reads the section `redis`:
  /// - `address` (text): `HOST:PORT`, or the path of a unix socket (`127.0.0.1:6379`).
  /// - `user` (text) and `password` (secret, or `passwordFile`): of Redis' access list.
  /// - `database` (0 to 15): which of its databases (0).
  /// - `connectTimeout` and `commandTimeout` (10ms to 1m): `1s` and `2s`.
  /// - `allowPlaintext` (true or false): whether it may be on another machine, which hiredis reaches in the clear.
  ///
  /// Nil when they cannot be used; the reader then knows why.
  public init?(root: ConfigurationReader) {
    let section = root.section("redis")
    let address = section.string("address", default: "127.0.0.1:6379")
    let user = section.string("user")
    let password = section.secret("password")?.reveal()
    let database = section.int("database", in: 0...15, default: 0)
    let limits: ClosedRange<Duration> = .milliseconds(10) ... .seconds(60)
    let connectTimeout = section.duration("connectTimeout", in: limits, default: .seconds(1))
    let commandTimeout = section.duration("commandTimeout", in: limits, default: .seconds(2))
    let allowPlaintext = section.bool("allowPlaintext", default: false)
    do throws(RedisError) {
      try self.init(address: address)
      self.user = user
      self.password = password
      self.database = database
      self.connectTimeout = connectTimeout
      self.commandTimeout = commandTimeout
      self.allowPlaintext = allowPlaintext
      try check()
    } catch {
      section.report(.badValue, "address", "cannot be used: \(error.message)")
      return nil
    }
  }
}
