import Foundation
public import HTTPServer
public import Telemetry

/// What every daemon answers: `/metrics`, `/healthz` and `/readyz`.
public final class OperationsServer: Sendable {
  /// Names what is not as it should be, with the reason; empty when all is well.
  public typealias Check = @Sendable () -> [String: String]

  private let listener: HTTPListener

  /// - Parameters:
  ///   - health: what no longer makes progress: restart the process.
  ///   - readiness: what is not at work just now: leave the process alone.
  ///   - impairments: what `/readyz` tells as well, and says ready.
  public init(
    _ address: ListenAddress, metrics: MetricsRegistry, health: @escaping Check, readiness: @escaping Check,
    impairments: @escaping Check = { [:] }
  ) throws(HTTPServerError) {
    listener = try HTTPListener(address) { request in
      switch request.path {
      case "/metrics": HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.render())
      case "/healthz": Self.report(health())
      case "/readyz": Self.report(readiness(), impairments())
      default: HTTPResponse(status: 404, body: "try /metrics, /healthz or /readyz\n")
      }
    }
  }

  public var port: Int { listener.port }

  public func stop() { listener.stop() }

  private static func report(_ problems: [String: String], _ impaired: [String: String] = [:]) -> HTTPResponse {
    let also = impaired.isEmpty ? "" : ",\"impaired\":\(json(impaired))"
    return HTTPResponse(
      status: problems.isEmpty ? 200 : 503, contentType: "application/json",
      body: "{\"ok\":\(problems.isEmpty),\"problems\":\(json(problems))\(also)}\n")
  }

  private static func json(_ reasons: [String: String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(reasons)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
