import Foundation
public import NotificationModel
import Signing
import Synchronization

/// One call of a webhook, and what was decided on it.
public struct WebhookCall: Sendable {
  /// `webhook-id`; nil where it is not signed.
  public let id: String?
  public let path: String
  public let body: [UInt8]
  /// Of the answer; nil when it was never taken and not answered.
  public let status: Int?
  /// What happened to the call or its answer.
  public let misbehaviour: Misbehaviour?

  public var isAccepted: Bool { status == 204 }
  /// nil when the body is no JSON.
  public var json: JSONValue? { try? JSONParser.parse(body) }
}

/// Stands in for a receiver of webhooks: at `/webhook` signed as Standard Webhooks has it, at `/slack` a JSON object with a
/// text as Slack's incoming webhooks take it.
public final class WebhookSimulator: HTTP2Simulator {
  public let server: SimulatedServer
  private let core: Core

  /// Listens at once on 127.0.0.1.
  /// - Parameter secret: by which signatures are checked.
  /// - Throws: `cannotListen` or `certificate`.
  public init(
    port: UInt16 = 0, secret: [UInt8], _ settings: SimulatedServer.Settings = SimulatedServer.Settings()
  ) throws(SimulatorError) {
    core = Core(secret)
    server = try SimulatedServer(name: "webhook-simulator", port: port, settings, handler: core)
  }

  /// In the order in which the calls were complete.
  public var received: [WebhookCall] { core.received.withLock { $0 } }

  private final class Core: HTTP2Handler {
    let received = Mutex<[WebhookCall]>([])
    private let secret: [UInt8]

    init(_ secret: [UInt8]) { self.secret = secret }

    func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response {
      let status = status(request, fault)
      received.withLock {
        $0.append(
          WebhookCall(
            id: request["webhook-id"], path: request.path, body: request.body, status: status, misbehaviour: fault))
      }
      return HTTP2Response(status: status ?? 500)
    }

    private func status(_ request: HTTP2Request, _ fault: Misbehaviour?) -> Int? {
      if let fault, !fault.takesRequest {
        if case .refuse(let status, _, _, _) = fault { return status }
        return nil
      }
      guard request.method == "POST", request["content-type"]?.hasPrefix("application/json") == true,
        let body = JSONValue.reading(request.body)
      else { return 400 }
      switch request.path {
      case "/webhook": return isSigned(request) ? 204 : 401
      case "/slack": return body.members.text("text")?.isEmpty == false ? 204 : 400
      default: return 404
      }
    }

    /// Within five minutes.
    private func isSigned(_ request: HTTP2Request) -> Bool {
      guard let id = request["webhook-id"], let time = request["webhook-timestamp"], let seconds = Int64(time),
        abs(Int64(Date().timeIntervalSince1970) - seconds) < 300, let given = request["webhook-signature"]
      else { return false }
      let code = HMACSHA256.code(Array("\(id).\(time).".utf8) + request.body, key: secret)
      return given.split(separator: " ").contains("v1,\(Data(code).base64EncodedString())")
    }
  }
}
