import NotificationModel
import Synchronization

/// What all connections share, between their thread and a test's.
final class SMTPService: Sendable {
  private struct State {
    var plan = MisbehaviourPlan()
    var latency: Duration
    var connections = 0
    var misbehaved = 0
    var ledger: Ledger<SMTPDelivery>
    var refusals: [String: SMTPReply] = [:]
  }

  let rules: SMTPSession.Rules
  let context: TLSContext
  private let wrong: TLSContext
  private let isImplicit: Bool
  private let tally: DeliveryTally?
  private let state: Mutex<State>

  init(_ settings: SMTPSimulator.Settings, _ authority: CertificateAuthority) throws(SimulatorError) {
    rules = settings.rules
    isImplicit = settings.security == .implicitTLS
    tally = settings.tally
    context = try authority.context(names: CertificateAuthority.standardNames, protocols: [])
    wrong = try authority.context(names: CertificateAuthority.otherNames, protocols: [])
    state = Mutex(State(latency: settings.latency, ledger: Ledger(limit: settings.receivedMax)))
  }

  // MARK: For a test's thread

  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent, at step: SMTPStep) {
    state.withLock { $0.plan.add(misbehaviour, extent, path: step.rawValue) }
  }

  func behave() { state.withLock { $0.plan.clear() } }
  func setLatency(_ latency: Duration) { state.withLock { $0.latency = latency } }
  func setRefusal(_ reply: SMTPReply?, address: String) { state.withLock { $0.refusals[address] = reply } }
  var totals: (connections: Int, misbehaved: Int) { state.withLock { ($0.connections, $0.misbehaved) } }
  var counts: SimulatorCounts { state.withLock { $0.ledger.counts } }
  var received: [SMTPDelivery] { state.withLock { $0.ledger.entries } }

  func forget() { state.withLock { $0.ledger.forget() } }

  // MARK: For the server's thread

  func role(number: Int) -> ConnectionRole {
    let isWrong = state.withLock { state in
      state.connections += 1
      let isWrong = state.plan.forConnection() != nil
      if isWrong { state.misbehaved += 1 }
      return isWrong
    }
    let chosen = isWrong ? wrong : context
    return ConnectionRole(
      context: isImplicit ? chosen : nil,
      conversation: SMTPConversation(number: number, service: self, startTLS: chosen))
  }

  var latency: Duration { state.withLock { $0.latency } }

  func fault(at step: SMTPStep) -> Misbehaviour? {
    state.withLock { state in
      let fault = state.plan.forRequest(path: step.rawValue)
      if fault != nil { state.misbehaved += 1 }
      return fault
    }
  }

  func refusal(of address: String) -> SMTPReply? { state.withLock { $0.refusals[address] } }

  func noteRefusal(_ reply: SMTPReply) {
    state.withLock { $0.ledger.counts.refused[Self.name(reply), default: 0] += 1 }
  }

  func note(_ delivery: SMTPDelivery, refusal: SMTPReply?) {
    state.withLock {
      $0.ledger.add(isAccepted: delivery.isAccepted, reason: refusal.map(Self.name)) { delivery }
    }
    if delivery.isAccepted { tally?.add(delivery.deliveryID) }
  }

  /// As `550 5.1.1`.
  private static func name(_ reply: SMTPReply) -> String {
    let word = reply.lines.first?.prefix { $0 != " " } ?? ""
    return word.first?.isNumber == true ? "\(reply.code) \(word)" : "\(reply.code)"
  }
}
