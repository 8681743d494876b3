import Foundation
import NotificationModel
import Synchronization

/// Decides on requests as APNs does, and remembers them.
final class APNsCore: HTTP2Handler {
  private struct State {
    var tokens: ProviderTokens
    var answers: [String: APNsAnswer] = [:]
    var ledger: Ledger<APNsDelivery>
  }

  private let state: Mutex<State>
  private let check: APNsCheck
  private let answers: (@Sendable (_ token: String) -> APNsAnswer?)?
  private let tally: DeliveryTally?
  let clock = SimulatorClock()
  private static let folder = "/3/device/"

  init(_ settings: APNsSimulator.Settings, keys: [APNsKey]) {
    check = APNsCheck(topics: settings.topics)
    (answers, tally) = (settings.answers, settings.tally)
    state = Mutex(State(tokens: ProviderTokens(keys), ledger: Ledger(limit: settings.receivedMax)))
  }

  var ledger: (counts: SimulatorCounts, entries: [APNsDelivery]) {
    state.withLock { ($0.ledger.counts, $0.ledger.entries) }
  }

  func forget() { state.withLock { $0.ledger.forget() } }

  func setAnswer(_ answer: APNsAnswer?, token: String) { state.withLock { $0.answers[token.lowercased()] = answer } }

  func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response {
    let now = clock.milliseconds
    let headers = APNsHeaders(request.headers)
    let token = request.path.hasPrefix(Self.folder) ? String(request.path.dropFirst(Self.folder.count)) : ""
    return state.withLock { state in
      let verdict = Verdict(fault) ?? judge(request, headers, token, now, &state)
      let id = headers.id.flatMap { APNsCheck.isCanonicalUUID($0) ? $0 : nil } ?? UUID().uuidString.lowercased()
      if verdict.status == 200 { tally?.add(id) }
      state.ledger.add(isAccepted: verdict.status == 200, reason: verdict.reason) {
        APNsDelivery(
          id: id, token: token, payload: request.body, time: UnixTime(milliseconds: now),
          connection: request.connection, status: verdict.status, reason: verdict.reason, misbehaviour: fault,
          fields: request.headers)
      }
      return verdict.response(id: id)
    }
  }

  private func judge(
    _ request: HTTP2Request, _ headers: APNsHeaders, _ token: String, _ now: Int64, _ state: inout State
  ) -> Verdict {
    if let problem = problem(request, headers, token, now, &state.tokens) { return Verdict(APNsAnswer(problem)) }
    if let answer = state.answers[token.lowercased()] ?? answers?(token) { return Verdict(answer) }
    return Verdict(status: 200)
  }

  private func problem(
    _ request: HTTP2Request, _ headers: APNsHeaders, _ token: String, _ now: Int64, _ tokens: inout ProviderTokens
  ) -> APNsReason? {
    guard request.method == "POST" else { return .methodNotAllowed }
    guard request.path.hasPrefix(Self.folder) else { return .badPath }
    guard !token.isEmpty else { return .missingDeviceToken }
    if headers.hasDuplicates { return .duplicateHeaders }
    return tokens.problem(
      headers.authorization, topic: headers.topic, connection: request.connection, now: now / 1_000)
      ?? check.problem(headers)
      ?? APNsCheck.problem(payload: request.body, bytes: request.bodyBytes, pushType: headers.pushType)
      ?? (APNsCheck.isDeviceToken(token) ? nil : .badDeviceToken)
  }
}

/// What was decided on a request.
private struct Verdict {
  /// nil for no answer and no effect.
  var status: Int?
  var reason: String?
  var timestamp: Int64?
  var retryAfter: Int?

  init(status: Int) { self.status = status }

  init(_ answer: APNsAnswer) {
    (status, reason) = (answer.reason.status, answer.reason.rawValue)
    if status == 410 { timestamp = answer.timestamp?.milliseconds }
  }

  /// nil where the request itself decides.
  init?(_ fault: Misbehaviour?) {
    guard let fault, !fault.takesRequest else { return nil }
    if case .refuse(let status, let reason, let wait, _) = fault {
      (self.status, self.reason, retryAfter) = (status, reason, wait)
    }
  }

  func response(id: String) -> HTTP2Response {
    var response = HTTP2Response(status: status ?? 500, headers: [("apns-id", id)])
    if let retryAfter { response.headers.append(("retry-after", String(retryAfter))) }
    guard let reason else { return response }
    var body = JSONWriter(capacity: 64)
    body.object {
      $0.member("reason", reason)
      $0.member("timestamp", timestamp)
    }
    response.body = body.bytes
    return response
  }
}
