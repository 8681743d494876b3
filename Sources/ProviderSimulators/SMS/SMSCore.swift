import NotificationModel
import Synchronization

/// Decides on calls as a vendor does, and remembers them.
final class SMSCore: HTTP2Handler {
  private let state: Mutex<SMSState>
  private let desk: any SMSDesk
  private let senders: Set<String>
  private let tally: DeliveryTally?
  let clock = SimulatorClock()

  init(_ settings: SMSSimulator.Settings, desk: any SMSDesk) {
    self.desk = desk
    (senders, tally) = (settings.senders, settings.tally)
    state = Mutex(SMSState(ledger: Ledger(limit: settings.receivedMax)))
  }

  var received: [SMSMessage] { state.withLock { $0.ledger.entries } }
  var counts: SimulatorCounts { state.withLock { $0.ledger.counts } }

  func forget() {
    state.withLock { state in
      state.ledger.forget()
      (state.byID, state.byRequest) = ([:], [:])
    }
  }

  func setRefusal(_ code: String?, number: String) { state.withLock { $0.refusals[number] = code } }
  func setReport(_ report: SMSReport?, number: String) { state.withLock { $0.reports[number] = report } }

  func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response {
    let now = clock.milliseconds
    return state.withLock { state in
      state.calls += 1
      state.ledger.counts.requests += 1
      do throws(SMSRefusal) {
        if let refusal = Self.refusal(fault) { throw refusal }
        // Moved out and back, so that nothing is copied.
        var moved = SMSState(ledger: Ledger(limit: 0))
        swap(&moved, &state)
        var book = SMSBook(request, fault, moved, senders: senders, now: now)
        moved = SMSState(ledger: Ledger(limit: 0))
        defer { state = book.state }
        let response = try desk.take(request, &book)
        note(book.messages, &book.state)
        return response
      } catch {
        if !error.code.isEmpty { state.ledger.counts.refused[error.code, default: 0] += 1 }
        var response = desk.response(of: error)
        if let wait = error.retryAfter { response.headers.append(("retry-after", String(wait))) }
        return response
      }
    }
  }

  /// nil where the call itself decides.
  private static func refusal(_ fault: Misbehaviour?) -> SMSRefusal? {
    guard let fault, !fault.takesRequest else { return nil }
    guard case .refuse(let status, let reason, let wait, _) = fault else { return SMSRefusal(500, "", "") }
    return SMSRefusal(status, reason, "Refused.", retryAfter: wait)
  }

  private func note(_ messages: [SMSMessage], _ state: inout SMSState) {
    for message in messages {
      if let code = message.refusal {
        state.ledger.counts.refused[code, default: 0] += 1
      } else {
        state.ledger.counts.accepted += 1
        tally?.add(message.deliveryID)
      }
      guard state.ledger.keep({ message }) else { continue }
      state.byID[message.id] = message
      state.byRequest[message.requestID, default: []].append(message)
    }
  }
}
