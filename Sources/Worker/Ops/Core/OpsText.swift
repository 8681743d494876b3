import Foundation
import NotificationModel

/// A message in the words of each place that is told.
enum OpsText {
  /// Groups that a digest names; it says how many more there are.
  static let groupsMax = 10

  /// One line without control characters, cut where it is too long.
  static func line(_ text: String, _ limit: Int) -> String {
    var clean = ""
    for scalar in text.unicodeScalars.prefix(limit) {
      let isControl = scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
      clean.unicodeScalars.append(isControl ? " " : scalar)
    }
    return clean
  }

  /// As `critical: Deliveries are parked (12)`.
  static func subject(_ message: OpsMessage) -> String {
    let first = message.groups.first.map { "\($0.severity.rawValue): \($0.title) (\($0.count))" } ?? ""
    let others = message.groups.count - 1
    return others > 0 ? "\(first) and \(others) more" : first
  }

  static func plain(_ message: OpsMessage) -> String {
    text(message) { $0 }
  }

  /// Slack gives `&`, `<` and `>` a meaning, which would let a word become a link or call everybody.
  static func slack(_ message: OpsMessage) -> String {
    text(message) { $0.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;") }
  }

  private static func text(_ message: OpsMessage, _ escape: (String) -> String) -> String {
    var lines: [String] = []
    for group in message.groups.prefix(groupsMax) {
      lines.append("[\(group.severity.rawValue)] \(escape(group.title)) (\(group.count))")
      if !message.isDigest, !group.detail.isEmpty { lines.append(escape(group.detail)) }
      let references = group.references.isEmpty ? "" : ": " + group.references.map(escape).joined(separator: ", ")
      lines.append(escape(group.name) + references)
    }
    let more = message.groups.dropFirst(groupsMax)
    if !more.isEmpty { lines.append("and \(more.count) more groups, of \(more.reduce(0) { $0 + $1.count })") }
    return lines.joined(separator: "\n") + "\n"
  }

  private struct Webhook: Encodable {
    let type = "bongsu.alert"
    let timestamp: String
    let data: Content
  }

  private struct Content: Encodable {
    let severity: String
    let count: Int
    let groups: [Group]
    let more: Int
  }

  private struct Group: Encodable {
    let group, severity, title, detail: String
    let count: Int
    let references: [String]
    let time: UnixTime
  }

  /// JSON: what happened, as Standard Webhooks recommends its payload.
  static func webhook(_ message: OpsMessage) -> [UInt8] {
    let groups = message.groups.prefix(groupsMax).map {
      Group(
        group: $0.name, severity: $0.severity.rawValue, title: $0.title, detail: $0.detail, count: $0.count,
        references: $0.references, time: $0.time)
    }
    let time = message.groups.map(\.time).max() ?? UnixTime(milliseconds: 0)
    let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000).formatted(.iso8601)
    let content = Content(
      severity: message.severity.rawValue, count: message.count, groups: Array(groups),
      more: max(0, message.groups.count - groupsMax))
    return json(Webhook(timestamp: date, data: content))
  }

  static func slackBody(_ message: OpsMessage) -> [UInt8] { json(["text": slack(message)]) }

  private static func json(_ body: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(body) else { preconditionFailure("texts and numbers are always JSON") }
    return Array(data)
  }
}
