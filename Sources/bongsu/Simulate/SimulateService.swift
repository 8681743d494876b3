import HTTPServer
import Operations
import ProviderSimulators
import Runtime
import Telemetry

/// All stand-ins as a part of a daemon.
final class SimulateService: Service {
  let name = "simulators"
  let failed = WakeSignal()
  let failure: String? = nil
  private let site: SimulatedSite
  private let troubles: SimulatedTroubles
  private let listener: HTTPListener
  private let controlURL: String
  private let logger: Logger

  init(_ settings: SimulateSettings, logger: Logger) throws {
    self.logger = logger
    site = try SimulatedSite(settings)
    troubles = SimulatedTroubles(site.standIns, failing: settings.failing, hanging: settings.hanging)
    let control = SimulateControl(site: site, troubles: troubles)
    listener = try HTTPListener(settings.control) { control.answer($0) }
    controlURL = "http://\(ListenAddress(settings.control, port: listener.port))"
    try site.write(into: settings.directory, ["control.url": controlURL])
  }

  func start() {
    troubles.start()
    for (provider, standIn) in site.standIns {
      logger.notice("standing in", ["provider": provider.rawValue, "address": standIn.address])
    }
    logger.notice("working", ["control": controlURL])
  }

  func stop(within deadline: Duration) {
    listener.stop()
    troubles.stop()
    for (provider, standIn) in site.standIns {
      let counts = standIn.counts
      logger.notice(
        "what came",
        ["provider": provider.rawValue, "requests": "\(counts.requests)", "accepted": "\(counts.accepted)"])
      standIn.stop()
    }
  }
}

extension ListenAddress {
  /// The same, with the port that was taken.
  fileprivate init(_ address: ListenAddress, port: Int) {
    let host = address.host.contains(":") ? "[\(address.host)]" : address.host
    guard let made = try? ListenAddress("\(host):\(port)") else { preconditionFailure("it was listened on") }
    self = made
  }
}
