import Foundation
public import NotificationModel

/// Statuses of made-up deliveries, as routers, workers and redrive would tell them.
public struct StatusLoad: Sendable {
  public private(set) var deliveries: [DeliveryStatus] = []
  public private(set) var routed: [RoutedStatus] = []

  /// 2026-11-20, in milliseconds.
  public static let start: Int64 = 1_795_132_800_000

  public init(events: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<events { addEvent(using: &random) }
  }

  /// Ends that a delivery can come to, step by step: (attempt, state).
  private static let ways: [[(Int, DeliveryState)]] = [
    [(0, .suppressed)], [(0, .pending), (1, .processing), (1, .success)], [(0, .deferred)],
    [(0, .deferred), (0, .pending), (1, .processing), (1, .success)],
    [(0, .pending), (1, .processing), (1, .retrying), (2, .processing), (2, .success)],
    [(0, .pending), (1, .processing), (1, .retrying), (2, .processing), (2, .retrying), (3, .processing), (3, .fail)],
    [(0, .pending), (1, .processing), (1, .ambiguous)], [(0, .pending)], [(0, .pending), (1, .processing), (1, .fail)],
  ]

  private mutating func addEvent(using random: inout SeededGenerator) {
    let event = Self.id(using: &random)
    let time = Self.start + Int64.random(in: 0..<(3 * 86_400_000), using: &random)
    let count = Int.random(in: 1...3, using: &random)
    var status = RoutedStatus(
      eventID: event, eventTime: UnixTime(milliseconds: time), replay: 0, isRelease: false, deliveries: count,
      suppressions: 0, deferrals: 0, unresolved: 0, time: UnixTime(milliseconds: time + 5))
    status.origin = "notification.events/0/\(routed.count)"
    routed.append(status)
    for number in 0..<count { addDelivery(event, number, time, using: &random) }
  }

  private mutating func addDelivery(
    _ event: String, _ number: Int, _ eventTime: Int64, using random: inout SeededGenerator
  ) {
    let id = Self.id(using: &random)
    let channel = DeliveryChannel.allCases.randomElement(using: &random) ?? .sms
    var time = eventTime
    for replay in 0...(Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0) {
      for (attempt, state) in Self.ways.randomElement(using: &random) ?? [] {
        time += Int64.random(in: 0...3, using: &random)
        var status = DeliveryStatus(
          deliveryID: id, eventID: event, eventTime: UnixTime(milliseconds: eventTime), replay: replay,
          attempt: attempt, state: state, user: number == 0 ? nil : 7, channel: channel, target: "\(number) \"\\ {é}",
          category: "order", template: "hello", time: UnixTime(milliseconds: time))
        if state == .fail || state == .retrying { status.reason = "Code\(attempt)" }
        if state == .success { status.providerID = "p-\(attempt)" }
        deliveries.append(status)
        if state == .success { addReceipts(of: status, using: &random) }
      }
    }
  }

  /// None, one or several words of the carrier; a late one after "nobody said", and any of them twice.
  private mutating func addReceipts(of status: DeliveryStatus, using random: inout SeededGenerator) {
    guard status.channel == .sms else { return }
    for number in 0..<Int.random(in: 0...3, using: &random) {
      var receipt = status
      receipt.receipt = DeliveryReceipt.allCases.randomElement(using: &random)
      receipt.receiptCode = receipt.receipt == .delivered ? nil : "R\(number)"
      receipt.time = UnixTime(milliseconds: status.time.milliseconds + 1_000 * Int64(number + 1))
      deliveries += Bool.random(using: &random) ? [receipt, receipt] : [receipt]
    }
  }

  private static func id(using random: inout SeededGenerator) -> String {
    var bytes = (UInt64.random(in: 0...UInt64.max, using: &random), UInt64.random(in: 0...UInt64.max, using: &random))
    return withUnsafeBytes(of: &bytes) { raw in
      let digits = raw.map { String(format: "%02x", $0) }.joined()
      let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { range in
        digits.dropFirst(range.lowerBound).prefix(range.count)
      }
      return parts.joined(separator: "-")
    }
  }
}
