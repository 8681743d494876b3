import Foundation
import NotificationModel
import TestSupport

/// Counts what became of dead letters by the topics as another client sees them: never by what redrive says of itself,
/// but for suppressions, of which a status is all there is.
struct RedriveOracle {
  private let site: RedriveSite
  private let written: [RedrivePlay.Written]

  init(_ site: RedriveSite, _ written: [RedrivePlay.Written]) { (self.site, self.written) = (site, written) }

  struct Verdict: CustomStringConvertible {
    /// Neither sent back nor parked nor suppressed.
    var missing = 0
    /// Sent back or parked more than once.
    var duplicates = 0
    /// Strangers, wrong ends, other bytes.
    var faults: [String] = []

    var isSound: Bool { missing == 0 && faults.isEmpty }

    var description: String { "missing \(missing), duplicates \(duplicates), faults \(faults.prefix(5))" }
  }

  /// By id.
  func ended() throws -> [String: RedrivePlay.Written.End] {
    var ends: [String: RedrivePlay.Written.End] = [:]
    for record in try site.records(.sms) { ends[record.header("id") ?? ""] = .back }
    for record in try site.records(.parked) { ends[record.header("id") ?? ""] = .parked }
    for status in try site.statuses(.suppressed) { ends[status.deliveryID] = .suppressed }
    return ends
  }

  func judge() throws -> Verdict {
    var verdict = Verdict()
    let known = Dictionary(uniqueKeysWithValues: written.map { ($0.id, $0) })
    var seen: Set<String> = []
    for (topic, end) in [(NotificationTopic.sms, RedrivePlay.Written.End.back), (.parked, .parked)] {
      for record in try site.records(topic) {
        guard let letter = known[record.header("id") ?? ""] else {
          verdict.faults.append("a stranger in \(topic.name)")
          continue
        }
        if letter.end != end { verdict.faults.append("\(letter.id) should be \(letter.end) and is \(end)") }
        if Array(record.value.utf8) != letter.value { verdict.faults.append("\(letter.id) has other bytes") }
        let attempt = letter.attempt + (end == .back ? 1 : 0)
        if record.header("bongsu-attempt") != "\(attempt)" { verdict.faults.append("\(letter.id) has another attempt") }
        if !seen.insert(letter.id).inserted { verdict.duplicates += 1 }
      }
    }
    let ends = try ended()
    verdict.missing = written.count { ends[$0.id] == nil }
    for letter in written where ends[letter.id].map({ $0 != letter.end }) ?? false {
      verdict.faults.append("\(letter.id) should be \(letter.end)")
    }
    try checkTold(&verdict)
    return verdict
  }

  /// Whatever was parked has failed, and an operator heard of it.
  private func checkTold(_ verdict: inout Verdict) throws {
    let parked = Set(written.filter { $0.end == .parked }.map(\.id))
    let failed = Set(try site.statuses(.fail).map(\.deliveryID))
    if failed != parked { verdict.faults.append("\(failed.symmetricDifference(parked).count) differ in FAIL") }
    let told = try site.alerts().reduce(0) { $0 + $1.count }
    if told < parked.count { verdict.faults.append("\(told) of \(parked.count) were alarmed of") }
  }
}
