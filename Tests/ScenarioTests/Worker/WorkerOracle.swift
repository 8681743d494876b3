import Foundation
import NotificationModel
import TestSupport

/// Counts what became of deliveries by what the stand-in received and by dead letters as another client sees them: never
/// by what a worker says of itself.
struct WorkerOracle {
  private let site: ChannelSite
  private let written: [Delivery]

  init(_ site: ChannelSite, _ written: [Delivery]) { (self.site, self.written) = (site, written) }

  struct Verdict: CustomStringConvertible {
    /// Neither taken by the provider nor a dead letter.
    var missing = 0
    /// Taken more than once, each time with the same id.
    var duplicates = 0
    var deadLetters = 0
    /// Strangers, wrong texts, and devices that got theirs out of order.
    var faults: [String] = []

    var isSound: Bool { missing == 0 && faults.isEmpty }

    var description: String {
      "missing \(missing), duplicates \(duplicates), dead letters \(deadLetters), faults \(faults.prefix(5))"
    }
  }

  /// - Parameter address: a person's, as the stand-in tells it.
  func judge(_ received: [TakenDelivery], address: (Int) -> String) throws -> Verdict {
    var verdict = Verdict()
    let numbers = Dictionary(uniqueKeysWithValues: written.enumerated().map { ($1.id, $0) })
    let letters = Set(try site.records(.deadLetters).compactMap(Self.deliveryID))
    verdict.deadLetters = letters.count
    let retried = Set(letters.compactMap { numbers[$0] }.map { written[$0].address })
    var taken: Set<String> = []
    var last: [String: Int] = [:]
    for one in received {
      guard let number = numbers[one.id], address(Int(written[number].user ?? 0)) == one.address else {
        verdict.faults.append("a stranger: \(one.id)")
        continue
      }
      if !one.text.contains("no. \(number).") { verdict.faults.append("\(number) has another's text") }
      guard taken.insert(one.id).inserted else {
        verdict.duplicates += 1
        continue
      }
      // Order to an address holds up to its first failed attempt.
      if last[one.address] ?? -1 > number, !retried.contains(written[number].address) {
        verdict.faults.append("\(number) is out of order")
      }
      last[one.address] = number
    }
    verdict.missing = written.count { !taken.contains($0.id) && !letters.contains($0.id) }
    try checkStatuses(taken, letters, &verdict)
    return verdict
  }

  /// Whatever was taken is told as SUCCESS, or failed as far as its worker knows; and nothing else is told as SUCCESS.
  private func checkStatuses(_ taken: Set<String>, _ letters: Set<String>, _ verdict: inout Verdict) throws {
    let successes = Set(try site.statuses(.success).map(\.deliveryID))
    for delivery in written where taken.contains(delivery.id) && !letters.contains(delivery.id) {
      if !successes.contains(delivery.id) { verdict.faults.append("\(delivery.eventID) is not told as SUCCESS") }
    }
    for id in successes where !taken.contains(id) { verdict.faults.append("\(id) is told as SUCCESS, not taken") }
  }

  static func deliveryID(of record: TopicReader.Record) -> String? {
    record.header("id") ?? (try? JSONDecoder().decode(Delivery.self, from: Data(record.value.utf8)))?.id
  }
}
