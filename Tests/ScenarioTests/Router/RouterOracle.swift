import Foundation
import NotificationModel
import TestSupport

/// Counts what events became, by the fixture and by the topics as another client sees them: never by what a router says
/// of itself.
struct RouterOracle {
  /// An event that was written, for one user.
  struct Event {
    let id: String
    let user: Int
    /// Rises through the play.
    let number: Int

    var payload: String {
      #"{"to": [{"user": \#(user)}], "template": "hello", "category": "service", "#
        + #""parameters": {"name": "\#(number)", "order": "\#(number)"}}"#
    }
  }

  private let site: RouterSite
  private let events: [Event]

  init(_ site: RouterSite, _ events: [Event]) { (self.site, self.events) = (site, events) }

  struct Verdict: CustomStringConvertible {
    /// Deliveries and suppressions that have to be there.
    var expected = 0
    var missing = 0
    var unexpected = 0
    /// Deliveries that are there more than once, with equal ids.
    var duplicates = 0
    /// Places of an event with two ids, and keys out of order.
    var faults: [String] = []

    var isSound: Bool { missing == 0 && unexpected == 0 && faults.isEmpty }

    var description: String {
      "expected \(expected), missing \(missing), unexpected \(unexpected), duplicates \(duplicates), "
        + "faults \(faults.prefix(5))"
    }
  }

  func judge() throws -> Verdict {
    var verdict = Verdict()
    let places = try deliveries(&verdict)
    let statuses = Set(try site.statuses().map { "\($0.eventID) \($0.channel.rawValue) \($0.state.rawValue)" })
    let routed = Dictionary(grouping: try site.routed(), by: \.eventID)
    for event in events {
      for (channel, isSent) in Self.expectation(event.user) {
        verdict.expected += 1
        let place = "\(event.id) \(channel)"
        let isThere = places[place] != nil
        if isSent != isThere { if isSent { verdict.missing += 1 } else { verdict.unexpected += 1 } }
        if !statuses.contains("\(place) \(isSent ? "PENDING" : "SUPPRESSED")") { verdict.missing += 1 }
      }
      let sent = Self.expectation(event.user).values.count { $0 }
      if routed[event.id]?.contains(where: { $0.deliveries == sent && $0.suppressions == 4 - sent }) != true {
        verdict.faults.append("no ROUTED of \(event.id) with its numbers")
      }
    }
    return verdict
  }

  /// What the fixture says: whether it is sent, by channel.
  private static func expectation(_ user: Int) -> [String: Bool] {
    ["push.ios": user % 7 != 0, "push.android": true, "sms": user % 10 != 0, "email": true]
  }

  /// The deliveries' ids, by event and channel.
  private func deliveries(_ verdict: inout Verdict) throws -> [String: String] {
    var ids: [String: String] = [:]
    let known = Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0) })
    for channel in DeliveryChannel.allCases {
      var last: [Int64: Int] = [:]
      for delivery in try site.deliveries(channel) {
        guard let event = known[delivery.eventID], delivery.user == Int64(event.user) else {
          verdict.unexpected += 1
          continue
        }
        let place = "\(delivery.eventID) \(channel.rawValue)"
        if let first = ids[place] {
          verdict.duplicates += 1
          if first != delivery.id { verdict.faults.append("\(place) has two ids") }
        } else {
          if last[Int64(event.user)] ?? -1 > event.number { verdict.faults.append("user \(event.user) out of order") }
          last[Int64(event.user)] = event.number
        }
        ids[place] = delivery.id
      }
    }
    return ids
  }
}
