import Foundation
import NotificationModel
import TestSupport

/// Counts what became of each order in each channel, by the outbox's rows, the fixture, what the providers' stand-ins took
/// and what lies parked as another client sees it: never by what a role says of itself.
struct SystemOracle {
  /// Where an order has to arrive.
  struct Place: Hashable {
    let channel: DeliveryChannel
    let number: Int
    let user: Int
  }

  /// A notification that a person got.
  struct Arrival {
    let place: Place
    /// Else nobody could tell that it had come, and it was sent again.
    let wasAnswered: Bool
  }

  struct Verdict: CustomStringConvertible {
    var events = 0
    var expected = 0
    var arrived = 0
    var parked = 0
    /// Neither arrived nor parked.
    var missing: [String] = []
    /// Arrived more than once.
    var duplicates = 0
    /// Those among them that were sent again though the provider had answered.
    var unexplained = 0
    /// For somebody who should not have it, or of an order that was rolled back.
    var strangers: [String] = []

    var isSound: Bool { events > 0 && missing.isEmpty && strangers.isEmpty }

    var description: String {
      "events \(events), expected \(expected), arrived \(arrived), parked \(parked), missing \(missing.count) "
        + "\(missing.prefix(5)), duplicates \(duplicates), of which answered \(unexplained), strangers \(strangers.prefix(5))"
    }
  }

  /// The numbers of committed orders.
  let committed: [Int]
  let arrivals: [Arrival]
  /// By channel and number.
  let parked: Set<String>

  func judge() -> Verdict {
    var verdict = Verdict()
    verdict.events = committed.count
    var expected: Set<Place> = []
    for number in committed {
      let user = SystemFixture.user(of: number)
      for channel in SystemFixture.expectation(user: user) {
        expected.insert(Place(channel: channel, number: number, user: user))
      }
    }
    let distinct = Set(arrivals.map(\.place))
    count(arrivals, &verdict)
    verdict.expected = expected.count
    verdict.arrived = distinct.intersection(expected).count
    verdict.strangers = distinct.subtracting(expected).map(Self.text).sorted()
    let absent = expected.subtracting(distinct)
    verdict.parked = absent.count { parked.contains(Self.text($0)) }
    verdict.missing = absent.map(Self.text).filter { !parked.contains($0) }.sorted()
    return verdict
  }

  /// What came twice, and whether it had to.
  private func count(_ arrivals: [Arrival], _ verdict: inout Verdict) {
    var answered: [Place: Bool] = [:]
    for arrival in arrivals {
      if let before = answered[arrival.place] {
        verdict.duplicates += 1
        if before { verdict.unexplained += 1 }
      }
      answered[arrival.place] = arrival.wasAnswered
    }
  }

  static func text(_ place: Place) -> String { "\(place.channel.rawValue) \(place.number)" }

  /// What a parked delivery would have been.
  static func parked(_ record: TopicReader.Record) -> String? {
    guard let delivery = try? JSONDecoder().decode(Delivery.self, from: Data(record.value.utf8)) else { return nil }
    let content = delivery.content
    let body = content.push?.body ?? content.sms?.body ?? content.email?.subject
    return body.flatMap(SystemFixture.number).map { "\(delivery.channel.rawValue) \($0)" }
  }
}
