import NotificationModel
import Signing
import Synchronization

/// Decides on requests as FCM and Google's token endpoint do, and remembers them.
final class FCMCore: HTTP2Handler {
  private struct State {
    var tokens: AccessTokens
    var quota: MessageQuota
    var answers: [String: FCMReason] = [:]
    var messages: Ledger<FCMDelivery>
    var grants = SimulatorCounts()
  }

  private let state: Mutex<State>
  private let project: String
  private let answers: (@Sendable (_ token: String) -> FCMReason?)?
  private let tally: DeliveryTally?
  /// Known once the server listens.
  private let audience = Mutex("")
  let clock = SimulatorClock()
  static let tokenPath = "/token"

  init(_ settings: FCMSimulator.Settings, accounts: [String: PublicKey]) {
    (project, answers, tally) = (settings.projectID, settings.answers, settings.tally)
    state = Mutex(
      State(
        tokens: AccessTokens(accounts: accounts, lifeSeconds: settings.tokenLife.components.seconds),
        quota: MessageQuota(perMinute: settings.messagesPerMinute),
        messages: Ledger(limit: settings.receivedMax)))
  }

  func setAudience(_ url: String) { audience.withLock { $0 = url } }

  var ledger: (counts: SimulatorCounts, entries: [FCMDelivery]) {
    state.withLock { ($0.messages.counts, $0.messages.entries) }
  }
  var grantCounts: SimulatorCounts { state.withLock { $0.grants } }

  func forget() {
    state.withLock { state in
      state.messages.forget()
      state.grants = SimulatorCounts()
    }
  }

  func setAnswer(_ reason: FCMReason?, token: String) { state.withLock { $0.answers[token] = reason } }

  func expireAccessTokens() { state.withLock { $0.tokens.expireAll(now: clock.milliseconds / 1_000) } }

  func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response {
    let now = clock.milliseconds
    return state.withLock { state in
      if request.path == Self.tokenPath { return grant(request, fault, now, &state) }
      let verdict = message(request, fault, now, &state)
      state.messages.add(isAccepted: verdict.name != nil, reason: verdict.reason) {
        FCMDelivery(
          name: verdict.name, token: verdict.token, payload: request.body, time: UnixTime(milliseconds: now),
          connection: request.connection, status: verdict.status, reason: verdict.reason, misbehaviour: fault,
          fields: request.headers)
      }
      return verdict.response
    }
  }
}

// MARK: Access tokens

extension FCMCore {
  private func grant(
    _ request: HTTP2Request, _ fault: Misbehaviour?, _ now: Int64, _ state: inout State
  ) -> HTTP2Response {
    if let fault, !fault.takesRequest { return refusal(fault, &state) }
    do throws(AccessTokens.Refusal) {
      guard request.method == "POST" else { throw AccessTokens.Refusal("invalid_request", "POST is expected.") }
      let response = try state.tokens.grant(
        request.body, audience: audience.withLock { $0 }, now: now / 1_000)
      state.grants.add(isAccepted: true, reason: nil)
      return response
    } catch {
      state.grants.add(isAccepted: false, reason: error.code)
      return error.response
    }
  }

  private func refusal(_ fault: Misbehaviour, _ state: inout State) -> HTTP2Response {
    guard case .refuse(let status, let reason, let wait, _) = fault else {
      state.grants.add(isAccepted: false, reason: nil)
      return HTTP2Response(status: 500)
    }
    state.grants.add(isAccepted: false, reason: reason)
    var response = AccessTokens.Refusal(reason, "Refused.").response
    response.status = status
    if let wait { response.headers.append(("retry-after", String(wait))) }
    return response
  }
}

// MARK: Messages

extension FCMCore {
  private func message(
    _ request: HTTP2Request, _ fault: Misbehaviour?, _ now: Int64, _ state: inout State
  ) -> FCMVerdict {
    var verdict = FCMVerdict()
    if let fault, !fault.takesRequest {
      if case .refuse(let status, let reason, let wait, _) = fault {
        verdict.refuse(GoogleError(code: status, reason: reason, retryAfter: wait))
      }
      return verdict
    }
    do throws(GoogleError) {
      try admit(request, now, &state)
      let message = try FCMMessage(request.body)
      if case .token(let token) = message.target { verdict.token = token }
      try look(verdict.token, state.answers)
      if !message.isValidationOnly, let id = message.deliveryID { tally?.add(id) }
      verdict.accept("projects/\(project)/messages/", message, number: state.messages.counts.requests, now)
    } catch {
      verdict.refuse(error)
    }
    return verdict
  }

  private func admit(_ request: HTTP2Request, _ now: Int64, _ state: inout State) throws(GoogleError) {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
    guard request.method == "POST", parts.count == 5, parts[0].isEmpty, parts[1] == "v1", parts[2] == "projects",
      parts[4] == "messages:send"
    else { throw GoogleError(code: 404, message: "Method not found.") }
    guard let token = request["authorization"].flatMap(BearerToken.text) else {
      throw .unauthenticated("CREDENTIALS_MISSING", "Request is missing required authentication credential.")
    }
    switch state.tokens.state(of: token, now: now / 1_000) {
    case .valid: break
    case .expired:
      throw .unauthenticated("ACCESS_TOKEN_EXPIRED", "Request had invalid authentication credentials.")
    case .unknown:
      throw .unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED", "Request had invalid authentication credentials.")
    }
    guard parts[3] == project else {
      throw GoogleError(code: 403, message: "Permission 'cloudmessaging.messages.create' denied.")
    }
    if let wait = state.quota.take(now: now) { throw .quota(project: project, retryAfter: wait) }
  }

  /// What is answered for a registration token.
  private func look(_ token: String?, _ given: [String: FCMReason]) throws(GoogleError) {
    guard let token else { return }
    guard Self.isRegistrationToken(token) else { throw GoogleError(.invalidArgument) }
    if let reason = given[token] ?? answers?(token) { throw GoogleError(reason) }
  }

  /// Google documents no form; these are the letters of those that are seen.
  private static func isRegistrationToken(_ token: String) -> Bool {
    (1...4_096).contains(token.utf8.count)
      && token.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }
}

/// What was decided on a message; at first: no answer and no effect.
private struct FCMVerdict {
  var token: String?
  private(set) var name: String?
  private(set) var status: Int?
  private(set) var reason: String?
  private(set) var response = HTTP2Response(status: 500)

  mutating func refuse(_ error: GoogleError) {
    (status, reason, response) = (error.code, error.reason, error.response)
  }

  mutating func accept(_ prefix: String, _ message: FCMMessage, number: Int, _ now: Int64) {
    let id = message.isValidationOnly ? "fake_message_id" : "0:\(now)%\(String(number, radix: 16))"
    if !message.isValidationOnly { name = prefix + id }
    status = 200
    var body = JSONWriter(capacity: 96)
    body.object { $0.member("name", prefix + id) }
    response = HTTP2Response(
      status: 200, headers: [("content-type", "application/json; charset=UTF-8")], body: body.bytes)
  }
}
