import Arguments
import Audience
import Configuration
import Foundation
import NotificationModel
import Operations
import Policy
import Postgres
import Redis
import Router

let explainCommand = Command(
  "explain", summary: "Print what would be sent of an event now, what not, and why",
  discussion: "Reads an event as a service writes it (docs/events.md), asks the notification database and changes "
    + "nothing. The rate limiter is asked where --redis or the configuration's redis.address says where it is, and "
    + "counts nothing; it answers for this moment, whatever --at says. Exit status 1 when the event would be a dead letter.",
  examples: [
    .init("bongsu explain order.json --config bongsu.yaml", "by the file's policy and database"),
    .init("bongsu explain - --dsn dbname=notification --at 2026-11-24T22:30:00+09:00", "as it would be at night"),
  ],
  options: ConfigurationOptions.file + [
    .string("dsn", "CONNINFO", help: "The notification database, as libpq takes it."),
    .string("redis", "ADDRESS", help: "Where the rate limiter is: HOST:PORT or a unix socket's path."),
    .string("at", "TIME", help: "Judge as of this moment (now)."),
  ],
  positionals: [Positional("EVENT.json", help: "A file with the event's JSON; - is the standard input.")]
) { arguments in
  let options = try PreviewOptions.read(arguments)
  let payload = try readInput(arguments.words("EVENT.json").first ?? "-")
  do {
    let explanation = try EventExplanation(
      payload: payload, options.database, options.policy, options.limiter(), now: moment(arguments))
    Terminal.standard.output(explanation.text)
    if let trouble = explanation.limiterTrouble {
      Terminal.standard.error("note: the rate limiter could not be asked: \(trouble)\n")
    }
  } catch let error as Rejection {
    Terminal.standard.output("dead letter: \(error.code): \(error.description)\n")
    throw ExitStatus(1)
  }
}

/// The options of the commands that show and send nothing.
struct PreviewOptions {
  private static let configuration = ConfigurationOptions(keys: [
    ("dsn", "notification.dsn"), ("redis", "redis.address"),
  ])

  let database: ConnectionSettings
  let policy: PolicySettings
  /// Nil where nobody said where it is.
  private let redis: RedisSettings?
  private let redisPrefix: String

  static func read(_ arguments: ParsedArguments) throws -> PreviewOptions {
    let root = try configuration.reader(arguments)
    let database = ConnectionSettings(notification: root)
    let policy = PolicySettings(root: root)
    let isAsked = arguments.declares("redis") && root.section("redis").isSet("address")
    let redis = isAsked ? RedisSettings(root: root) : nil
    let prefix = root.section("router").string("redisPrefix", default: "bongsu:")
    try ConfigurationOptions.finish(root, reading: Set(["notification", "policy"] + (isAsked ? ["redis"] : [])))
    guard let database else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return PreviewOptions(database: database, policy: policy, redis: redis, redisPrefix: prefix)
  }

  func limiter() throws -> RateLimiter? {
    try redis.map { RateLimiter(try RedisConnection($0), prefix: redisPrefix) }
  }
}

private func moment(_ arguments: ParsedArguments) throws -> UnixTime {
  guard let text = arguments.string("at") else {
    return UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }
  guard let given = Timestamp(text) else {
    throw UsageError(.badValue, "--at takes a time such as 2026-11-24T22:30:00+09:00")
  }
  return given.time
}

private func readInput(_ path: String) throws -> [UInt8] {
  guard path != "-" else { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
  guard let data = FileManager.default.contents(atPath: path) else {
    throw UsageError(.badValue, "\(path) cannot be read; give a file with the event's JSON, or -")
  }
  return Array(data)
}

extension EventExplanation {
  fileprivate var text: String {
    var lines = judgement.verdicts.map(Self.line)
    for index in unresolved {
      lines.append("to[\(index)]  dead letter, tried again: the database does not know this user (UNKNOWN_USER)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ verdict: Verdict) -> String {
    let whom = verdict.user.map { "user \($0)" } ?? "recipient \(verdict.target)"
    let place = "\(whom)  \(verdict.channel.rawValue)  \(verdict.target)  "
    switch verdict.outcome {
    case .suppress(let reason): return place + "not sent: \(reason.rawValue)"
    case .wait(let reason, let until): return place + "waits until \(Timestamp(until)): \(reason.rawValue)"
    case .deliver(let delivery, _): return place + "sent" + delivery.origin + "\n" + delivery.content.indented
    }
  }
}

extension Delivery {
  fileprivate var origin: String {
    var parts = template.map { [" by \($0)", locale ?? "", "version \(templateVersion ?? 0)"] } ?? []
    if let sendBefore { parts.append("not after \(Timestamp(sendBefore))") }
    return parts.joined(separator: ", ")
  }
}
