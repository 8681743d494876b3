public import NotificationModel

/// The way of one event, told in the order in which it went.
public struct TraceStory: Sendable, Equatable {
  /// A step, with the time since the one before in its chapter.
  struct Line: Sendable, Equatable {
    var time: UnixTime
    var since: Int64?
    var text: String
  }

  struct Chapter: Sendable, Equatable {
    var title: String
    var lines: [Line]
  }

  var chapters: [Chapter]
  var notes: [String]
  /// Milliseconds from written to the last end.
  var total: Int64?
  private let facts: TraceFacts

  public init(_ facts: TraceFacts, now: UnixTime) {
    self.facts = facts
    let first = Self.event(facts)
    let start = first.lines.last?.time ?? facts.deliveries.map(\.eventTime).min()
    let deliveries = facts.deliveries.map { Self.delivery($0, facts, since: start) }
    chapters = [first] + deliveries + Self.unrecorded(facts)
    let waiting = facts.waiting.map { item in
      Line(
        time: item.since, since: nil,
        text: "\(item.channel) to \(item.target) waits until \(Timestamp(item.due)) (\(item.reason)), "
          + (item.due > now ? "in \(Self.span(item.due.milliseconds - now.milliseconds))" : "due now"))
    }
    if !waiting.isEmpty { chapters.append(Chapter(title: "still deferred", lines: waiting)) }
    notes = facts.notes + Self.archived(facts) + Self.missing(facts, now: now) + Self.unanswered(facts, now: now)
    let end = facts.deliveries.compactMap(\.finishedAt).max()
    let written = facts.outbox?.createdAt ?? facts.deliveries.map(\.eventTime).min()
    total = if let end, let written { end.milliseconds - written.milliseconds } else { nil }
  }

  private static func event(_ facts: TraceFacts) -> Chapter {
    var lines: [Line] = []
    if let outbox = facts.outbox {
      lines.append(Line(time: outbox.createdAt, since: nil, text: "written to \(outbox.place)"))
    } else if let time = facts.deliveries.map(\.eventTime).min() {
      lines.append(
        Line(time: time, since: nil, text: "the event's time; its outbox was not looked into, or has dropped it"))
    }
    for routed in facts.routed.sorted(by: { $0.time < $1.time }) {
      var text =
        "routed\(routed.replay > 0 ? " again (replay \(routed.replay))" : ""): "
        + "\(routed.deliveries) deliveries, \(routed.suppressions) suppressed, \(routed.deferrals) deferred"
      if routed.unresolved > 0 { text += ", \(routed.unresolved) recipients not known yet" }
      if !routed.part.isEmpty { text += " (\(routed.part.prefix(60)))" }
      lines.append(Line(time: routed.time, since: nil, text: text))
    }
    lines += facts.deadLetters.filter { $0.deliveryID == nil }.flatMap(Self.letter)
    return Chapter(title: "event \(facts.eventID)", lines: Self.timed(lines, after: nil))
  }

  private static func delivery(_ delivery: TraceFacts.Delivered, _ facts: TraceFacts, since start: UnixTime?) -> Chapter
  {
    var lines: [Line] = []
    if let time = delivery.pendingAt { lines.append(Line(time: time, since: nil, text: "pending")) }
    if let time = delivery.processingAt { lines.append(Line(time: time, since: nil, text: "a worker has it")) }
    lines += delivery.steps.map { Line(time: $0.time, since: nil, text: Self.step($0)) }
    if let time = delivery.finishedAt,
      !delivery.steps.contains(where: { $0.state == delivery.state && $0.time == time })
    {
      let provider = delivery.providerID.map { ", the provider calls it \($0)" } ?? ""
      let reason = delivery.reason.map { " \($0)" } ?? ""
      lines.append(Line(time: time, since: nil, text: "\(delivery.state)\(reason)\(provider)"))
    }
    if let receipt = delivery.receipt {
      let code = delivery.receiptCode.map { " \($0)" } ?? ""
      lines.append(Line(time: delivery.updatedAt, since: nil, text: "receipt \(receipt)\(code)"))
    }
    lines += facts.deadLetters.filter { $0.deliveryID == delivery.id }.flatMap(Self.letter)
    let whom = delivery.user.map { "user \($0)" } ?? "recipient"
    let attempts =
      (delivery.replay > 0 ? ", replay \(delivery.replay)" : "")
      + (delivery.attempt > 1 ? ", attempt \(delivery.attempt)" : "")
    let origin = [delivery.category, delivery.template].compactMap { $0 }.joined(separator: " ")
    return Chapter(
      title: "\(delivery.channel) to \(whom), target \(delivery.target): \(delivery.state)\(attempts)"
        + "\n  delivery \(delivery.id)\(origin.isEmpty ? "" : "  \(origin)")",
      lines: Self.timed(lines, after: start))
  }

  private static func step(_ step: TraceFacts.Step) -> String {
    let codes = [step.errorClass, step.errorCode ?? step.reason].compactMap { $0 }.joined(separator: " ")
    let number =
      step.attempt > 0 ? "attempt \(step.attempt)\(step.replay > 0 ? " of replay \(step.replay)" : ""): " : ""
    return "\(number)\(step.state)\(codes.isEmpty ? "" : " \(codes)")"
  }

  private static func letter(_ letter: TraceFacts.Letter) -> [Line] {
    let open = letter.state == "open" ? "; bongsu dlq show \(letter.id)" : ""
    var lines = [
      Line(time: letter.parkedAt, since: nil, text: "parked as dead letter \(letter.id): \(letter.reason)\(open)")
    ]
    func add(_ time: UnixTime?, _ what: String, _ who: String?, _ number: String = "") {
      guard let time else { return }
      lines.append(
        Line(time: time, since: nil, text: "dead letter \(letter.id) \(what) by \(who ?? "somebody")\(number)"))
    }
    add(letter.replayedAt, "replayed", letter.replayedBy, ", as replay \(letter.replay + 1)")
    if letter.state == "purged" { add(letter.changedAt, "purged", letter.changedBy) }
    return lines
  }

  /// Dead letters of deliveries that the log does not have.
  private static func unrecorded(_ facts: TraceFacts) -> [Chapter] {
    let known = Set(facts.deliveries.map(\.id))
    var letters: [String: [TraceFacts.Letter]] = [:]
    for letter in facts.deadLetters {
      if let id = letter.deliveryID, !known.contains(id) { letters[id, default: []].append(letter) }
    }
    return letters.sorted { $0.key < $1.key }.map { id, letters in
      Chapter(title: "delivery \(id), which is not recorded", lines: timed(letters.flatMap(Self.letter), after: nil))
    }
  }

  private static func timed(_ lines: [Line], after start: UnixTime?) -> [Line] {
    var last = start
    return lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map { item in
      var line = item.element
      line.since = last.map { line.time.milliseconds - $0.milliseconds }
      last = line.time
      return line
    }
  }

  /// An old one is not told by the same tables, which matters to whoever looks for it there.
  private static func archived(_ facts: TraceFacts) -> [String] {
    facts.isArchived ? ["from the archive: its day is not among the log's any more"] : []
  }

  /// Where it may be when the log does not have all of it.
  private static func missing(_ facts: TraceFacts, now: UnixTime) -> [String] {
    if let outbox = facts.outbox, !facts.isRecorded {
      let age = Self.span(now.milliseconds - outbox.createdAt.milliseconds)
      return [
        "nothing of it is recorded \(age) after it was written: it waits for its relay (bongsu_relay_lag_seconds), for a "
          + "router (lag of group bongsu-router) or for the recorder (lag of group bongsu-recorder)"
      ]
    }
    guard !facts.routed.isEmpty else {
      return facts.deliveries.isEmpty ? [] : ["its numbers are not recorded yet: the recorder may lag"]
    }
    let expected = facts.routed.reduce(0) { $0 + $1.deliveries + $1.suppressions + $1.deferrals }
    let lacking = expected - facts.deliveries.count
    return lacking > 0 ? ["\(lacking) of its deliveries are not recorded yet: the recorder may lag"] : []
  }

  /// What was replayed is pending until a worker tells more of it, and an event unheard of until its router does.
  private static func unanswered(_ facts: TraceFacts, now: UnixTime) -> [String] {
    facts.deadLetters.compactMap { letter in
      guard let time = letter.replayedAt, !isAnswered(letter, facts) else { return nil }
      let next =
        letter.deliveryID == nil
        ? "a router (lag of group bongsu-router)" : "its channel's worker (lag of group bongsu-worker-CHANNEL)"
      let age = span(now.milliseconds - time.milliseconds)
      return "dead letter \(letter.id) was replayed \(age) ago and nothing of it is recorded since: "
        + "it waits for \(next), or for the recorder (lag of group bongsu-recorder)"
    }
  }

  /// Whether the log has something of a later replay that is more than its being sent, be it that it was parked again.
  private static func isAnswered(_ letter: TraceFacts.Letter, _ facts: TraceFacts) -> Bool {
    facts.deadLetters.contains { $0.deliveryID == letter.deliveryID && $0.replay > letter.replay }
      || (letter.deliveryID == nil
        ? facts.routed.contains { $0.replay > letter.replay }
        : facts.deliveries.contains {
          $0.id == letter.deliveryID && $0.replay > letter.replay
            && !($0.replay == letter.replay + 1 && $0.state == DeliveryState.pending.rawValue)
        })
  }

  /// As `12 ms`, `5.0 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`.
  static func span(_ milliseconds: Int64) -> String {
    if milliseconds < 0 { return "-\(span(-milliseconds))" }
    let seconds = milliseconds / 1_000
    switch seconds {
    case 0: return "\(milliseconds) ms"
    case ..<60: return "\(seconds).\(milliseconds % 1_000 / 100) s"
    case ..<3_600: return "\(seconds / 60) m \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3_600) h \(seconds / 60 % 60) m"
    default: return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
    }
  }
}

extension TraceStory {
  /// For people.
  public var text: String {
    let width = chapters.flatMap(\.lines).compactMap { $0.since.map { Self.span($0).count + 1 } }.max() ?? 0
    var parts = chapters.map { chapter in
      chapter.title + "\n"
        + chapter.lines.map { line in
          let since = line.since.map { ($0 < 0 ? "" : "+") + Self.span($0) } ?? ""
          let room = String(repeating: " ", count: max(0, width - since.count))
          return "  \(Timestamp(line.time))  \(room)\(since)  \(line.text)\n"
        }.joined()
    }
    if !notes.isEmpty { parts.append(notes.map { "note: \($0)\n" }.joined()) }
    if let total { parts.append("total: \(Self.span(total)) from written to finished\n") }
    return parts.joined(separator: "\n")
  }

  /// For programs; times in milliseconds since 1970.
  public var json: JSONValue {
    func time(_ time: UnixTime?) -> JSONValue { time.map { .number(String($0.milliseconds)) } ?? .null }
    func text(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }
    func number(_ number: Int) -> JSONValue { .number(String(number)) }
    let deliveries = facts.deliveries.map { one -> JSONValue in
      [
        "id": .text(one.id), "channel": .text(one.channel), "target": .text(one.target), "state": .text(one.state),
        "user": one.user.map { .number(String($0)) } ?? .null, "category": text(one.category),
        "template": text(one.template), "reason": text(one.reason), "providerID": text(one.providerID),
        "replay": number(one.replay), "attempt": number(one.attempt), "eventTime": time(one.eventTime),
        "pendingAt": time(one.pendingAt), "processingAt": time(one.processingAt), "finishedAt": time(one.finishedAt),
        "receipt": text(one.receipt), "receiptCode": text(one.receiptCode),
        "receiptAt": time(one.receipt == nil ? nil : one.updatedAt), "isArchived": .bool(one.isArchived),
        "steps": .list(
          one.steps.map {
            [
              "replay": number($0.replay), "attempt": number($0.attempt), "state": .text($0.state),
              "reason": text($0.reason), "errorClass": text($0.errorClass), "errorCode": text($0.errorCode),
              "time": time($0.time),
            ]
          }),
      ]
    }
    return [
      "eventID": .text(facts.eventID), "writtenTo": text(facts.outbox?.place),
      "createdAt": time(facts.outbox?.createdAt),
      "routed": .list(
        facts.routed.map {
          [
            "part": .text($0.part), "replay": number($0.replay), "deliveries": number($0.deliveries),
            "suppressions": number($0.suppressions), "deferrals": number($0.deferrals),
            "unresolved": number($0.unresolved), "time": time($0.time),
          ]
        }),
      "deliveries": .list(deliveries),
      "deferred": .list(
        facts.waiting.map {
          [
            "channel": .text($0.channel), "target": .text($0.target), "reason": .text($0.reason),
            "since": time($0.since), "until": time($0.due),
          ]
        }),
      "deadLetters": .list(
        facts.deadLetters.map {
          [
            "id": .number(String($0.id)), "deliveryID": text($0.deliveryID), "reason": .text($0.reason),
            "state": .text($0.state), "replay": number($0.replay), "parkedAt": time($0.parkedAt),
            "changedAt": time($0.changedAt), "changedBy": text($0.changedBy),
            "replayedAt": time($0.replayedAt), "replayedBy": text($0.replayedBy),
          ]
        }),
      "totalMilliseconds": total.map { .number(String($0)) } ?? .null, "notes": .list(notes.map { .text($0) }),
    ]
  }
}
