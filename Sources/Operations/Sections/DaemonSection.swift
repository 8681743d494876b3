public import Configuration
public import HTTPServer
public import Telemetry

/// What every daemon's configuration has beside its own section:
/// - `log.level` (trace, debug, info, notice, warning, error or critical; info).
/// - `http.listen` (`HOST:PORT`; 127.0.0.1:9464): where `/metrics`, `/healthz` and `/readyz` answer.
public struct DaemonSettings: Sendable {
  public var logLevel: Logger.Level
  public var listen: ListenAddress

  /// Nil when `http.listen` is no address.
  public init?(root: ConfigurationReader) {
    let levels = Logger.Level.allCases.map(\.rawValue)
    logLevel =
      Logger.Level(rawValue: root.section("log").string("level", oneOf: levels, default: "info")) ?? .info
    let http = root.section("http")
    do {
      listen = try ListenAddress(http.string("listen", default: "127.0.0.1:9464"))
    } catch {
      http.report(.badValue, "listen", "cannot be used: \(error)")
      return nil
    }
  }
}
