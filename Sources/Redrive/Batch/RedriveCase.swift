import Foundation
import Kafka
import NotificationModel
import Policy

/// One record on its way through a batch.
struct RedriveCase {
  let letter: DeadRecord
  /// Of `notification.dlq`; else it has waited.
  let isNew: Bool
  var end: End

  /// What becomes of it.
  enum End: Equatable {
    case waiting(RetryTier, notBefore: UnixTime?)
    /// Not known before policy was asked.
    case open
    /// - Parameter delivery: what is sent in its place, where that is another one now.
    case republished(Delivery?)
    case suppressed(SuppressionReason)
    case deferred(until: UnixTime)
    /// - Parameter because: nil: as its headers say.
    case parked(because: String?)
  }

  init(_ letter: DeadRecord, isNew: Bool, _ rules: LetterRules, _ now: UnixTime) {
    self.letter = letter
    self.isNew = isNew
    switch isNew ? rules.fate(of: letter, now: now) : rules.fate(ofDue: letter, now: now) {
    case .wait where letter.isUnreadable, .judge where letter.isUnreadable:
      end = .parked(because: "INVALID_DELIVERY")
    case .wait(let tier, let notBefore): end = .waiting(tier, notBefore: notBefore)
    case .park(let code): end = .parked(because: code)
    // The router judges an event anew.
    case .judge where letter.home?.channel == nil: end = .republished(nil)
    case .judge: end = .open
    }
  }

  var needsPolicy: Bool { end == .open }

  /// Names what may be done once; nil for what only goes round.
  var ticket: String? {
    if !isNew, case .waiting = end { return nil }
    return letter.ticket.map { isNew ? $0 : "due/\($0)" }
  }

  /// The same once it is done. What was put off comes again, and is not.
  var doneTicket: String? {
    if !isNew, case .deferred = end { return nil }
    return ticket
  }

  mutating func judge(_ judge: Judge, _ rules: LetterRules) {
    guard let delivery = letter.delivery else { return }
    do throws(Rejection) {
      switch try judge.judge(delivery) {
      case .suppress(let reason): end = .suppressed(reason)
      case .send where rules.isStale(delivery, now: judge.now): end = .parked(because: LetterRules.stale)
      case .send(let current): end = .republished(current == delivery ? nil : current)
      case .wait(let until): end = .deferred(until: until)
      }
    } catch {
      end = .parked(because: error.code)
    }
  }

  /// The record and what is told of it.
  func records(_ output: LetterOutput, _ rules: LetterRules, _ alerts: inout ParkedAlerts) -> [OutletRecord] {
    switch end {
    case .open: preconditionFailure("policy was asked")
    case .waiting(let tier, let notBefore): return [output.waiting(tier, notBefore: notBefore)]
    case .republished(let delivery):
      guard let home = letter.home else { preconditionFailure("what has no home is parked") }
      return [output.republished(to: home, value: delivery.map(Self.bytes))]
    case .suppressed(let reason): return told(.suppressed, output, reason: reason.rawValue)
    case .deferred(let until):
      let tier = rules.waits.tier(for: until.milliseconds - output.now.milliseconds)
      return [output.waiting(tier, notBefore: until)]
        + told(.deferred, output, reason: DeferralReason.night.rawValue, until: until)
    case .parked(let reason):
      let code = reason ?? letter.code
      alerts.add(
        letter.home?.label ?? "unknown", code: code, isExhausted: reason == nil && letter.errorClass == .retriable,
        id: letter.source.header(RecordHeader.eventID), now: output.now)
      // What may have arrived keeps the state that says so.
      let status = letter.isAmbiguous ? [] : told(.fail, output, reason: code)
      return [output.parked(because: reason)] + status
    }
  }

  private func told(
    _ state: DeliveryState, _ output: LetterOutput, reason: String, until: UnixTime? = nil
  ) -> [OutletRecord] {
    letter.delivery.map { [output.status($0, state, reason: reason, until: until)] } ?? []
  }

  private static func bytes(_ delivery: Delivery) -> [UInt8] {
    var writer = JSONWriter()
    delivery.write(to: &writer)
    return writer.bytes
  }

  func count(into counts: inout RedriveCounts) {
    if isNew { counts.read[letter.errorClass?.rawValue ?? "UNREADABLE", default: 0] += 1 }
    switch end {
    case .open: break
    case .waiting(let tier, _): counts.scheduled[tier, default: 0] += 1
    case .republished: counts.republished[letter.home?.label ?? "", default: 0] += 1
    case .suppressed(let reason): counts.suppressed[reason, default: 0] += 1
    case .deferred: counts.deferred += 1
    case .parked(let reason): counts.parked[reason ?? letter.code, default: 0] += 1
    }
  }
}
