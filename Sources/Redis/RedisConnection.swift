import Runtime

/// A connection that comes back by itself. It belongs to the thread that uses it; every call waits for the server, at
/// most for its time-out.
///
/// While Redis is away a call fails at once, with the reason of the last attempt, until a back-off has passed: who can
/// do without Redis then does, and does not wait for it in vain.
public final class RedisConnection {
  public let settings: RedisSettings
  private var channel: RedisChannel?
  private var backoff = Backoff(initial: .milliseconds(50), limit: .seconds(5))
  private var random = SystemRandomNumberGenerator()
  private var lastFailure: (error: RedisError, restsUntil: Int64)?
  /// Which Redis itself tells; a script's digest is the same everywhere.
  private var digests: [RedisScript: String] = [:]

  /// It connects with the first command.
  /// - Throws: `configuration`, also for an address where what is sent could be read on the way.
  public init(_ settings: RedisSettings) throws(RedisError) {
    try settings.check()
    self.settings = settings
  }

  /// Ends the connection; the next command makes another.
  public func close() { channel = nil }

  /// Sends all commands in one go and then reads their answers: one round trip, or a second one for scripts that Redis
  /// does not know any more; those then run after the others.
  /// - Returns: one answer for each command, which may be a refusal.
  /// - Throws: when there is no answer. Commands that were on their way may have been run: nothing is sent twice.
  public func pipeline(_ commands: [RedisCommand]) throws(RedisError) -> [RedisValue] {
    guard !commands.isEmpty else { return [] }
    try learnDigests(of: Set(commands.compactMap(\.script)))
    var values = try exchange(commands.map(line))
    let unknown = values.indices.filter { index in
      guard commands[index].script != nil, case .error(let error) = values[index] else { return false }
      return error.redisCode == "NOSCRIPT"
    }
    guard !unknown.isEmpty else { return values }
    let again = try exchange(
      unknown.map { index in
        [.text("EVAL"), .text(commands[index].script?.source ?? "")] + commands[index].parts
      })
    for (index, value) in zip(unknown, again) { values[index] = value }
    return values
  }

  /// Runs one command.
  /// - Throws: also the server's refusal.
  @discardableResult
  public func run(_ command: RedisCommand) throws(RedisError) -> RedisValue {
    guard let value = try pipeline([command]).first else { return .null }
    return try value.get()
  }

  /// As `run("GET", "key")`.
  @discardableResult
  public func run(_ parts: RedisArgument...) throws(RedisError) -> RedisValue { try run(RedisCommand(parts)) }
}

extension RedisConnection {
  private func line(_ command: RedisCommand) -> [RedisArgument] {
    guard let script = command.script, let digest = digests[script] else { return command.parts }
    return [.text("EVALSHA"), .text(digest)] + command.parts
  }

  private func learnDigests(of scripts: Set<RedisScript>) throws(RedisError) {
    let unknown = scripts.filter { digests[$0] == nil }
    guard !unknown.isEmpty else { return }
    let answers = try exchange(unknown.map { [.text("SCRIPT"), .text("LOAD"), .text($0.source)] })
    for (script, answer) in zip(unknown, answers) {
      guard let digest = try answer.get().text else {
        throw RedisError(.unexpectedAnswer, "Redis gave no digest for a script")
      }
      digests[script] = digest
    }
  }

  /// - Throws: what cannot be sent before anything is.
  private func exchange(_ lines: [[RedisArgument]]) throws(RedisError) -> [RedisValue] {
    var commands = CommandBytes()
    for line in lines { try commands.append(line) }
    if let lastFailure, SystemTime.monotonicNanoseconds() < lastFailure.restsUntil { throw lastFailure.error }
    do throws(RedisError) {
      let values = try connected().exchange(
        commands.bytes, replies: lines.count, deadline: Self.deadline(settings.commandTimeout))
      backoff.reset()
      lastFailure = nil
      return values
    } catch {
      channel = nil
      let rest = backoff.next(using: &random)
      lastFailure = (error, Self.deadline(rest))
      throw error
    }
  }

  /// The connection there is, if nothing happened to it since, or a new one, logged in.
  private func connected() throws(RedisError) -> RedisChannel {
    if let channel, channel.isQuiet { return channel }
    let made = try RedisChannel(settings.address)
    var commands = CommandBytes()
    var count = 0
    for line in greeting {
      try commands.append(line)
      count += 1
    }
    let answers = try made.exchange(
      commands.bytes, replies: count, deadline: Self.deadline(settings.connectTimeout))
    for answer in answers { _ = try answer.get() }
    channel = made
    return made
  }

  /// At least one command, so that a connection stands only when a Redis has answered.
  private var greeting: [[RedisArgument]] {
    var lines: [[RedisArgument]] = []
    if settings.user != nil || settings.password != nil {
      lines.append([.text("AUTH")] + (settings.user.map { [.text($0)] } ?? []) + [.text(settings.password ?? "")])
    }
    lines.append([.text("SELECT"), .text(String(settings.database))])
    return lines
  }

  private static func deadline(_ limit: Duration) -> Int64 {
    let parts = limit.components
    return SystemTime.monotonicNanoseconds() + parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
  }
}
