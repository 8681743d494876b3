import Administration
import Arguments
import Foundation
import Glibc
import NotificationModel
import Runtime

/// The options that choose dead letters.
enum DeadLetterOptions {
  static let filter: [Option] = [
    .repeated("reason", "CODE", help: "Only of this error code, as STALE; several are alternatives, here and below."),
    .repeated("class", "CLASS", help: "Only of this error class, as PERMANENT."),
    .repeated(
      "channel", "CHANNEL", completion: .words(DeliveryChannel.allCases.map(\.rawValue)), help: "Only deliveries by it."
    ),
    .repeated("topic", "NAME", help: "Only what came from this topic first."),
    .repeated("template", "KEY", help: "Only of this template."),
    .repeated("category", "NAME", help: "Only of this category."),
    .repeated("user", "ID", help: "Only for this user."),
    .flag("unnamed", help: "Only pointers that do not say channel, template, category or user."),
    .string("since", "TIME", help: "Only parked since then: a time, or how long ago, as 24h."),
    .string("until", "TIME", help: "Only parked before then."),
  ]

  private static let stateNames = DeadLetterFilter.State.allCases.map(\.rawValue) + ["all"]

  static let states: [Option] = [
    .string("state", "STATE", completion: .words(stateNames), help: "open, replayed, purged or all (open).")
  ]

  static let changing: [Option] = [
    .flag("all", help: "Without this a command that chooses nothing is refused."),
    .string("by", "WHO", help: "Noted as who did it (user@host)."),
    .flag("dry-run", help: "Say what would be done, and change nothing."),
    .flag("yes", short: "y", help: "Do not ask."),
  ]

  static let ids = Positional("ID", .many, help: "Dead letters' numbers, as list prints them.")

  static func read(_ arguments: ParsedArguments) throws -> DeadLetterFilter {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    var filter = DeadLetterFilter()
    filter.reasons = arguments.strings("reason")
    filter.classes = arguments.strings("class")
    filter.topics = arguments.strings("topic")
    filter.templates = arguments.strings("template")
    filter.categories = arguments.strings("category")
    filter.isUnnamed = arguments.flag("unnamed")
    filter.channels = try arguments.strings("channel").map { try ChannelOption.read($0) }
    filter.users = try arguments.strings("user").map { try Identifier.user($0) }
    filter.since = try arguments.string("since").map { try MomentText.parse($0, option: "--since", now: now) }
    filter.until = try arguments.string("until").map { try MomentText.parse($0, option: "--until", now: now) }
    if arguments.declares("state"), let word = arguments.string("state") {
      guard stateNames.contains(word) else {
        throw UsageError(.badValue, "--state takes \(stateNames.joined(separator: ", "))")
      }
      filter.state = DeadLetterFilter.State(rawValue: word)
    }
    return filter
  }

  /// With the ids, for commands that change something: those are not to be taken for "everything" by a slip.
  static func chosen(_ arguments: ParsedArguments) throws -> DeadLetterFilter {
    var filter = try read(arguments)
    filter.ids = try arguments.words("ID").map { try Identifier.deadLetter($0) }
    filter.ids = Array(Set(filter.ids)).sorted()
    let isAll = arguments.flag("all")
    if filter.isUnfiltered, !isAll {
      throw UsageError(.missingArgument, "nothing is chosen: give ids or filters, or --all for every dead letter")
    }
    if !filter.isUnfiltered, isAll {
      throw UsageError(.unexpectedArgument, "--all stands beside ids or filters; give the one or the others")
    }
    return filter
  }

  /// Says of what the filters could not find whatever it is.
  static func notePassedOver(_ filter: DeadLetterFilter, _ store: DeadLetterStore) throws {
    let count = try store.passedOver(filter)
    guard count > 0 else { return }
    Terminal.standard.error(
      "\(count) pointers that do not say channel, template, category or user of what they stand for were passed over; "
        + "--unnamed in place of those filters chooses them\n")
  }

  /// Who the log names.
  static func who(_ arguments: ParsedArguments) -> String {
    let own = "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
    return String((arguments.string("by") ?? own).prefix(200))
  }

  /// `50` or `50/s`.
  static func rate(_ text: String?) throws -> Int? {
    guard let text else { return nil }
    guard let rate = Int(text.hasSuffix("/s") ? String(text.dropLast(2)) : text), (1...100_000).contains(rate) else {
      throw UsageError(.badValue, "--rate takes 1 to 100000 a second, as 50/s")
    }
    return rate
  }

  /// Asks on a terminal; where nobody can answer, `--yes` is needed.
  static func isConfirmed(_ arguments: ParsedArguments, _ what: String, _ signals: StopSignals? = nil) throws -> Bool {
    if arguments.flag("yes") { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      throw UsageError(.missingArgument, "this would \(what); give --yes, as nobody can be asked here")
    }
    Terminal.standard.error("\(what)? [y/N] ")
    // Ctrl-C does not end a process that takes it as a descriptor.
    let ready = Poll.ready([STDIN_FILENO] + (signals.map { [$0.fileDescriptor] } ?? []), timeoutMilliseconds: -1)
    guard ready.contains(STDIN_FILENO) else { throw ExitStatus(130) }
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }
}

/// A channel's name.
enum ChannelOption {
  static func read(_ name: String) throws(UsageError) -> DeliveryChannel {
    guard let channel = DeliveryChannel(rawValue: name) else {
      throw UsageError(
        .badValue,
        "there is no such channel; there are \(DeliveryChannel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return channel
  }
}
