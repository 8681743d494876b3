import Foundation
import HTTPTransfer
import Signing
import Synchronization

/// A URL that is posted to: a webhook, signed as Standard Webhooks has it, or Slack's incoming webhook and those like it.
final class OpsHTTPSink: OpsSink {
  let name: String
  private let hook: OpsHook
  private let client: HTTPClient
  private let calls: Calls

  private final class Calls: Sendable {
    typealias Report = @Sendable (OpsAnswer) -> Void
    private let state = Mutex<(next: UInt64, all: [UInt64: Report])>((1, [:]))

    func begin(_ report: @escaping Report) -> UInt64 {
      state.withLock { state in
        defer { state.next += 1 }
        state.all[state.next] = report
        return state.next
      }
    }

    func end(_ outcome: HTTPOutcome) {
      state.withLock { $0.all.removeValue(forKey: outcome.tag) }?(OpsHTTPSink.meaning(of: outcome.result))
    }
  }

  /// - Throws: what libcurl does not take.
  init(name: String, _ hook: OpsHook) throws(HTTPTransferError) {
    (self.name, self.hook) = (name, hook)
    var settings = HTTPClientSettings()
    (settings.connections, settings.streams, settings.timeout) = (1, 10, hook.timeout)
    (settings.authorityFile, settings.isGuarded) = (hook.authorityFile, !hook.allowsPrivate)
    let calls = Calls()
    self.calls = calls
    client = try HTTPClient(settings) { outcomes in for outcome in outcomes { calls.end(outcome) } }
  }

  func send(_ message: OpsMessage, report: @escaping @Sendable (OpsAnswer) -> Void) {
    let time = Int(Date().timeIntervalSince1970)
    var request = HTTPRequest(url: hook.url, headers: [("content-type", "application/json")])
    if let secret = hook.secret {
      request.body = OpsText.webhook(message)
      request.headers += Self.signature(of: request.body, id: message.id, time: time, secret)
    } else {
      request.body = OpsText.slackBody(message)
    }
    request.tag = calls.begin(report)
    client.submit([request])
  }

  func stop(within time: Duration) { client.stop(within: time) }

  static func signature(
    of body: [UInt8], id: String, time: Int, _ secret: [UInt8]
  ) -> [(name: String, value: String)] {
    let code = HMACSHA256.code(Array("\(id).\(time).".utf8) + body, key: secret)
    return [
      ("webhook-id", id), ("webhook-timestamp", "\(time)"),
      ("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
    ]
  }

  /// Also a refusal may be mended by a person meanwhile; what it never takes is this body, or anything any more.
  static func meaning(of result: Result<HTTPResponse, HTTPTransferError>) -> OpsAnswer {
    switch result {
    case .success(let response) where (200..<300).contains(response.status): return .sent
    case .success(let response) where [400, 410, 413].contains(response.status):
      return .never(code: "HTTP_\(response.status)")
    case .success(let response):
      return .again(code: "HTTP_\(response.status)", after: response.retryAfter(most: .seconds(300)))
    case .failure(let error) where [.invalidRequest, .forbiddenAddress].contains(error.code):
      return .never(code: error.code == .forbiddenAddress ? "FORBIDDEN_ADDRESS" : "INVALID_REQUEST")
    case .failure(let error): return .again(code: error.code == .timeout ? "TIMEOUT" : "NOT_REACHED")
    }
  }
}
