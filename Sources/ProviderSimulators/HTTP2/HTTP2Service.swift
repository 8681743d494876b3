import Synchronization

/// What all connections of a server share, between its thread and a test's.
final class HTTP2Service: Sendable {
  private struct State {
    var plan = MisbehaviourPlan()
    var settings: HTTP2Session.Settings
    var latency = Duration.zero
    var connections = 0
    var misbehaved = 0
  }

  private let state: Mutex<State>
  private let handler: any HTTP2Handler
  private let rightful: TLSContext
  private let wrong: TLSContext
  /// By number; touched by the server's thread alone.
  private nonisolated(unsafe) var conversations: [Int: HTTP2Conversation] = [:]

  init(
    _ settings: HTTP2Session.Settings, authority: CertificateAuthority, handler: any HTTP2Handler
  ) throws(SimulatorError) {
    state = Mutex(State(settings: settings))
    self.handler = handler
    rightful = try authority.context(names: CertificateAuthority.standardNames, protocols: ["h2"])
    wrong = try authority.context(names: CertificateAuthority.otherNames, protocols: ["h2"])
  }

  // MARK: For a test's thread

  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent, path: String) {
    state.withLock { $0.plan.add(misbehaviour, extent, path: path) }
  }

  func behave() { state.withLock { $0.plan.clear() } }

  func setLatency(_ latency: Duration) { state.withLock { $0.latency = latency } }

  func setStreamsMax(_ count: UInt32) { state.withLock { $0.settings.streamsMax = count } }

  /// Connections that were ever made, and requests and connections that suffered.
  var totals: (connections: Int, misbehaved: Int) { state.withLock { ($0.connections, $0.misbehaved) } }

  // MARK: For the server's thread

  func role(number: Int) -> ConnectionRole {
    let isWrong = state.withLock { state in
      state.connections += 1
      guard state.plan.forConnection() != nil else { return false }
      state.misbehaved += 1
      return true
    }
    return ConnectionRole(
      context: isWrong ? wrong : rightful, conversation: HTTP2Conversation(number: number, service: self))
  }

  func opened(_ conversation: HTTP2Conversation) { unsafe conversations[conversation.number] = conversation }
  func closed(_ number: Int) { unsafe conversations[number] = nil }
  func limitStreams() {
    let count = sessionSettings.streamsMax
    for conversation in unsafe conversations.values { conversation.limitStreams(count) }
  }

  var sessionSettings: HTTP2Session.Settings { state.withLock { $0.settings } }
  var latency: Duration { state.withLock { $0.latency } }

  func fault(path: String) -> Misbehaviour? {
    state.withLock { state in
      let fault = state.plan.forRequest(path: path)
      if fault != nil { state.misbehaved += 1 }
      return fault
    }
  }

  func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response {
    handler.answer(request, fault: fault)
  }
}
