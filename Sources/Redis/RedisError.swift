public import Runtime

/// What Redis, or the way to it, answered.
///
/// `description` never holds a key, a value, an address or a password: of a server's refusal it shows the text up to
/// the first quotation, as Redis quotes what it was sent.
public struct RedisError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// The settings cannot be used.
    case configuration
    /// No connection, or it was lost. Commands that were on their way may have been run.
    case connection
    /// No answer in time; the connection was given up, as later answers could not be told apart.
    case timeout
    /// The server refused a command.
    case server
    /// The answer is none that a Redis gives, or larger than any that is asked for.
    case unexpectedAnswer
    /// A command that cannot be sent.
    case invalidArgument
  }

  public let code: Code
  public let message: String
  /// The first word of a server's refusal, as `NOSCRIPT` or `OOM`.
  public let redisCode: String?

  public var description: String { message }

  public init(_ code: Code, _ message: String, redisCode: String? = nil) {
    self.code = code
    self.message = message
    self.redisCode = redisCode
  }

  /// Connections, time-outs and a server that loads, is full or is a replica for the moment come right by themselves,
  /// and a password may be mended meanwhile. A wrong command or a missing right needs a person.
  public var disposition: Disposition {
    switch code {
    case .configuration: .stop(description)
    case .invalidArgument: .reject(description)
    case .connection, .timeout, .unexpectedAnswer: .retry(after: nil)
    case .server: byRedisCode
    }
  }

  private var byRedisCode: Disposition {
    switch redisCode {
    case "WRONGPASS", "NOAUTH": .retry(after: .seconds(10))
    case "OOM", "LOADING", "BUSY", "READONLY", "MISCONF", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS",
      "NOSCRIPT", "EXECABORT", "UNKILLABLE":
      .retry(after: nil)
    default: .stop(description)
    }
  }
}

extension RedisError {
  /// A refusal as the server worded it: `CODE text`, of which the code may be followed by keys and addresses.
  init(serverText text: String) {
    let word = text.prefix { $0 != " " }
    let isCode = !word.isEmpty && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    let code = isCode ? String(word) : nil
    self.init(.server, "Redis refused: \(Self.shown(text, code: code))", redisCode: code)
  }

  private static func shown(_ text: String, code: String?) -> String {
    if let code, let hint = hints[code] { return "\(code) (\(hint))" }
    guard let code, code == "ERR" || code == "NOPERM" || code == "WRONGTYPE" else { return code ?? "an unnamed error" }
    let marks: Set<Character> = ["'", "\"", "`", ":", ",", "(", "@", "<"]
    return String(text.prefix { !marks.contains($0) && !$0.isNewline }.prefix(120))
  }

  /// What to do, for the refusals that an operator meets.
  private static let hints = [
    "OOM": "its memory is full: raise maxmemory, and keep maxmemory-policy noeviction",
    "WRONGPASS": "user or password are wrong: see redis.user and redis.password",
    "NOAUTH": "it wants a password: see redis.password", "LOADING": "it still loads its data",
    "READONLY": "it is a replica: name the primary", "MISCONF": "it cannot save to its disk: see its log",
    "BUSY": "a script keeps it busy", "MOVED": "it is a cluster, which is not supported: name a single server",
    "CLUSTERDOWN": "it is a cluster, which is not supported: name a single server",
  ]
}
