public import Configuration
public import HTTPServer
public import Telemetry

/// What every daemon's configuration has beside its role's.
public struct OperationsSettings: Sendable {
  /// Key `http.listen`: where `/metrics`, `/healthz` and `/readyz` answer (`127.0.0.1:9464`).
  public var listen: ListenAddress
  /// Key `log.level`: the least level that is written (`info`).
  public var logLevel: Logger.Level

  /// Reads both from the root; what is wrong is told by the reader's `finish()`.
  public init(_ reader: ConfigurationReader) {
    let text = reader.string("http.listen", default: "\(ListenAddress.standard)")
    do throws(HTTPServerError) { listen = try ListenAddress(text) } catch {
      reader.report(.badValue, "http.listen", "is not an address to listen on: \(error)")
      listen = .standard
    }
    let levels = Logger.Level.allCases.map(\.rawValue)
    let level = reader.string("log.level", oneOf: levels, default: Logger.Level.info.rawValue)
    logLevel = Logger.Level(rawValue: level) ?? .info
  }
}
