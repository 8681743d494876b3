public import Redis

/// The claims of a channel's deliveries, in Redis: whoever holds one may send. It belongs to the thread of its connection.
///
/// A worker claims, begins just before the request, marks the outcome first of all, and then tells it to Kafka. Who finds
/// an outcome tells it again and sends nothing, so a worker may die anywhere between.
public struct ClaimStore {
  private let redis: RedisConnection
  private let settings: Settings

  public struct Settings: Sendable {
    /// Told apart from every other worker's, as by a random UUID.
    public var owner: String
    /// Before all keys.
    public var prefix = "bongsu:"
    /// How long a claim counts without being renewed.
    public var lease: Duration = .seconds(30)
    /// How long it is known what became of a delivery: longer than it can be tried again.
    public var horizon: Duration = .seconds(48 * 3_600)
    /// Whether to send again what may have been sent.
    public var resends = true

    public init(owner: String) { self.owner = owner }
  }

  public init(_ redis: RedisConnection, _ settings: Settings) { (self.redis, self.settings) = (redis, settings) }

  /// While a script runs, Redis does nothing else; more than so many deliveries take a script each.
  static let claimsPerScript = 500

  /// Claims attempts that the caller wants to make, in their order, in one round trip.
  /// - Parameter beginning: what is claimed is begun as well, in the same step. Where the answer is lost, it counts as
  ///   what may have been sent.
  public func claim(_ tickets: [ClaimTicket], beginning: Bool = false) throws(RedisError) -> [ClaimAnswer] {
    let fixed = [
      settings.owner, Self.milliseconds(settings.lease), Self.milliseconds(settings.horizon),
      settings.resends ? "1" : "0", SendOutcome.ambiguous.text, beginning ? "S" : "C",
    ]
    return try pairs(ClaimScripts.claim, fixed, tickets.map { Row($0, $0.order) })
      .map { word, text throws(RedisError) in try ClaimAnswer(word, text) }
  }

  /// To be called just before the requests.
  /// - Returns: for each whether it may be sent; another has it where not.
  public func begin(_ tickets: [ClaimTicket]) throws(RedisError) -> [Bool] {
    try flags(ClaimScripts.begin, settings.lease, tickets.map { Row($0, $0.order) })
  }

  /// Marks outcomes, before anybody else hears of them. Nil is for what the provider as a whole did not take: it stays
  /// the caller's, to be begun again.
  public func finish(_ marks: [(ticket: ClaimTicket, outcome: SendOutcome?)]) throws(RedisError) -> [MarkAnswer] {
    let fixed = [settings.owner, Self.milliseconds(settings.lease), Self.milliseconds(settings.horizon)]
    let rows = marks.map { ticket, outcome in
      Row(ticket, ticket.order + [outcome.map { $0.isSent ? "D" : "F" } ?? "C", outcome?.text ?? ""])
    }
    return try pairs(ClaimScripts.finish, fixed, rows)
      .map { word, text throws(RedisError) in try MarkAnswer(word, text) }
  }

  /// Prolongs the leases.
  /// - Returns: for each whether it is still the caller's.
  public func renew(_ tickets: [ClaimTicket]) throws(RedisError) -> [Bool] {
    try flags(ClaimScripts.renew, settings.lease, tickets.map { Row($0) })
  }

  /// Gives back what was claimed and not begun, for another worker to take at once.
  public func release(_ tickets: [ClaimTicket]) throws(RedisError) {
    _ = try flags(ClaimScripts.renew, .zero, tickets.map { Row($0) })
  }

  /// Which Redis it is, and what time it has.
  public func server() throws(RedisError) -> ClaimServer {
    guard let server = ClaimServer(info: try redis.run("INFO", "server").text ?? "") else {
      throw RedisError(.unexpectedAnswer, "Redis does not tell its run id")
    }
    return server
  }
}

extension ClaimStore {
  /// What a script is told of one delivery.
  private struct Row {
    let deliveryID: String
    let arguments: [String]

    init(_ ticket: ClaimTicket, _ arguments: [String] = []) {
      (deliveryID, self.arguments) = (ticket.deliveryID, arguments)
    }
  }

  private func flags(_ script: RedisScript, _ lease: Duration, _ rows: [Row]) throws(RedisError) -> [Bool] {
    try values(script, [settings.owner, Self.milliseconds(lease)], rows, each: 1).map { $0 == .integer(1) }
  }

  private func pairs(
    _ script: RedisScript, _ fixed: [String], _ rows: [Row]
  ) throws(RedisError) -> [(word: String, text: String)] {
    let values = try values(script, fixed, rows, each: 2)
    return stride(from: 0, to: values.count, by: 2).map { (values[$0].text ?? "", values[$0 + 1].text ?? "") }
  }

  private func values(
    _ script: RedisScript, _ fixed: [String], _ rows: [Row], each: Int
  ) throws(RedisError) -> [RedisValue] {
    let parts = stride(from: 0, to: rows.count, by: Self.claimsPerScript).map {
      rows[$0..<min($0 + Self.claimsPerScript, rows.count)]
    }
    let commands = parts.map { part in
      RedisCommand(
        script, keys: part.map { "\(settings.prefix)claim:\($0.deliveryID)" },
        arguments: (fixed + part.flatMap(\.arguments)).map { .text($0) })
    }
    var values: [RedisValue] = []
    for (part, answer) in zip(parts, try redis.pipeline(commands)) {
      guard let elements = try answer.get().elements, elements.count == each * part.count else { throw Self.strange }
      values += elements
    }
    return values
  }

  fileprivate static let strange = RedisError(.unexpectedAnswer, "a script of the claims gave no answer that it has")

  private static func milliseconds(_ duration: Duration) -> String { String(Int64(duration / .milliseconds(1))) }
}

extension ClaimTicket {
  /// What attempts at a delivery are ordered by.
  fileprivate var order: [String] { [String(replay), String(attempt)] }
}

extension ClaimAnswer {
  fileprivate init(_ word: String, _ text: String) throws(RedisError) {
    switch word {
    case "claimed": self = .claimed
    case "resend": self = .resend
    case "ambiguous": self = .ambiguous
    case "superseded": self = .superseded
    case "held": self = .held(for: .milliseconds(Int64(text) ?? 0))
    case "done": self = .done(SendOutcome(text: text))
    case "failed": self = .failed(SendOutcome(text: text))
    default: throw ClaimStore.strange
    }
  }
}

extension MarkAnswer {
  fileprivate init(_ word: String, _ text: String) throws(RedisError) {
    switch word {
    case "marked": self = .marked
    case "settled": self = .settled(SendOutcome(text: text))
    case "lost": self = .lost
    default: throw ClaimStore.strange
    }
  }
}
