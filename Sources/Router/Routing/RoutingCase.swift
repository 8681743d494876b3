import Kafka
import NotificationModel
import Policy

/// One record on its way through a batch.
struct RoutingCase {
  let source: SourceRecord
  private(set) var event: RoutableEvent?
  private var judgement = Judgement()
  private var rejection: DeadLetter?

  init(_ source: SourceRecord, _ parser: EventParser) {
    self.source = source
    do throws(Rejection) { event = try parser.parse(source) } catch { reject(error.code, error.description) }
  }

  mutating func judge(_ judge: Judge) {
    guard let event, rejection == nil else { return }
    do throws(Rejection) { judgement = try judge.judge(event) } catch { reject(error.code, error.description) }
  }

  mutating func reject(_ code: String, _ detail: String) {
    rejection = DeadLetter(errorClass: .permanent, code: code, detail: detail, eventTime: event?.time)
    judgement = Judgement()
  }

  var rateRequests: [RateRequest] { event.map { judgement.rateRequests($0.id) } ?? [] }

  mutating func settle(_ decisions: ArraySlice<RateDecision>, _ judge: Judge) {
    guard let event else { return }
    judgement.settle(decisions, isAdvertising: judge.isAdvertising(event))
  }

  func deferred(_ now: UnixTime) -> DeferredEventParts? {
    output(now)?.deferred(judgement)
  }

  func records(_ now: UnixTime) -> [OutgoingRecord] {
    if let rejection { return [rejection.record(of: source)] }
    return output(now)?.records(judgement) ?? []
  }

  func count(into counts: inout RoutedCounts) {
    counts.events += 1
    if let rejection { counts.deadLetters[rejection.code, default: 0] += 1 } else { counts.add(judgement) }
  }

  private func output(_ now: UnixTime) -> EventOutput? {
    event.map { EventOutput(source: source, event: $0, now: now) }
  }
}
