import Arguments
import Configuration
import Foundation
import NotificationModel
import Operations
import Policy
import Postgres
import Router

let explainCommand = Command(
  "explain", summary: "Print what would be sent of an event now, what not, and why",
  discussion: "Reads an event as a service writes it (docs/events.md), asks the notification database and changes "
    + "nothing. The rate limiter is not asked. Exit status 1 when the event would be a dead letter.",
  examples: [
    .init("bongsu explain order.json --config bongsu.yaml", "by the file's policy and database"),
    .init("bongsu explain - --dsn dbname=notification --at 2026-11-24T22:30:00+09:00", "as it would be at night"),
  ],
  options: ConfigurationOptions.file + [
    .string("dsn", "CONNINFO", help: "The notification database, as libpq takes it."),
    .string("at", "TIME", help: "Judge as of this moment (now)."),
  ],
  positionals: [Positional("EVENT.json", help: "A file with the event's JSON; - is the standard input.")]
) { arguments in
  let (database, policy) = try PreviewOptions.read(arguments)
  let payload = try readInput(arguments.words("EVENT.json").first ?? "-")
  do {
    let explanation = try EventExplanation(payload: payload, database, policy, now: moment(arguments))
    Terminal.standard.output(explanation.text)
  } catch let error as Rejection {
    Terminal.standard.output("dead letter: \(error.code): \(error.description)\n")
    throw ExitStatus(1)
  }
}

/// The options of the commands that show and send nothing.
enum PreviewOptions {
  private static let configuration = ConfigurationOptions(keys: [("dsn", "notification.dsn")])

  static func read(_ arguments: ParsedArguments) throws -> (database: ConnectionSettings, policy: PolicySettings) {
    let root = try configuration.reader(arguments)
    let database = ConnectionSettings(notification: root)
    let policy = PolicySettings(root: root)
    try ConfigurationOptions.finish(root, reading: ["notification", "policy"])
    guard let database else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return (database, policy)
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
