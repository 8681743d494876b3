import Arguments
import Foundation
import ProviderSimulators
import Signing

/// All stand-ins, with what is told of each and the files by which workers call them.
struct SimulatedSite: Sendable {
  let standIns: [SimulatedProvider: any StandIn]
  let tallies: [SimulatedProvider: DeliveryTally]
  private let files: [String: String]

  /// All listen at once; the authority is written into the directory.
  init(_ settings: SimulateSettings) throws {
    try FileManager.default.createDirectory(
      at: settings.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let authorityFile = settings.directory.appending(path: "authority.pem").path
    let maker = Maker(settings, try CertificateAuthority(caFile: authorityFile))
    tallies = maker.tallies
    let (apns, fcm, smtp) = (try maker.apns(), try maker.fcm(), try maker.smtp())
    var standIns: [SimulatedProvider: any StandIn] = [
      .apns: maker.standIn(apns), .fcm: maker.standIn(fcm), .smtp: SMTPStandIn(simulator: smtp),
    ]
    var vendors: [SMSSimulator] = []
    for provider in SimulatedProvider.named("sms") {
      guard let vendor = provider.vendor else { continue }
      let simulator = try maker.sms(provider, vendor)
      vendors.append(simulator)
      standIns[provider] = maker.standIn(simulator)
    }
    self.standIns = standIns
    files = [
      "apns-key.p8": apns.signingKey.pem, "firebase.json": fcm.serviceAccount,
      "sms-secret": SMSSimulator.secret, "smtp-password": SMTPSimulator.password,
      "worker.yaml": SimulatedConfiguration(authorityFile: authorityFile).text(apns, fcm, vendors, smtp),
    ]
  }

  /// - Parameter more: further files, by name.
  func write(into directory: URL, _ more: [String: String]) throws {
    // worker.yaml last: who waits for it finds the others.
    for (name, text) in files.merging(more, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      let path = directory.appending(path: name).path
      guard
        FileManager.default.createFile(
          atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
      else { throw UsageError(.badValue, "\(name) cannot be written into --directory") }
    }
  }

  /// Makes each stand-in by the same settings.
  private struct Maker {
    let settings: SimulateSettings
    let tallies = Dictionary(uniqueKeysWithValues: SimulatedProvider.allCases.map { ($0, DeliveryTally()) })
    private let server: SimulatedServer.Settings
    private let authority: CertificateAuthority

    init(_ settings: SimulateSettings, _ authority: CertificateAuthority) {
      (self.settings, self.authority) = (settings, authority)
      var server = SimulatedServer.Settings()
      (server.authority, server.latency) = (authority, settings.latency)
      self.server = server
    }

    func apns() throws -> APNsSimulator {
      var apns = APNsSimulator.Settings()
      (apns.server, apns.receivedMax, apns.tally) = (server, 0, tallies[.apns])
      return try APNsSimulator(port: settings.ports[.apns] ?? 0, apns)
    }

    func fcm() throws -> FCMSimulator {
      var fcm = FCMSimulator.Settings()
      let streams = fcm.server.streamsMax
      (fcm.server, fcm.server.streamsMax, fcm.receivedMax, fcm.tally) = (server, streams, 0, tallies[.fcm])
      return try FCMSimulator(port: settings.ports[.fcm] ?? 0, fcm)
    }

    func sms(_ provider: SimulatedProvider, _ vendor: SMSSimulator.Vendor) throws -> SMSSimulator {
      var sms = SMSSimulator.Settings()
      (sms.server, sms.receivedMax, sms.tally) = (server, 0, tallies[provider])
      return try SMSSimulator(vendor, port: settings.ports[provider] ?? 0, sms)
    }

    func smtp() throws -> SMTPSimulator {
      var smtp = SMTPSimulator.Settings()
      (smtp.authority, smtp.latency, smtp.receivedMax, smtp.tally) = (authority, settings.latency, 0, tallies[.smtp])
      return try SMTPSimulator(port: settings.ports[.smtp] ?? 0, smtp)
    }

    func standIn(_ apns: APNsSimulator) -> HTTPStandIn {
      HTTPStandIn(
        simulator: apns, busy: .refuse(status: 503, reason: "ServiceUnavailable", retryAfter: 1),
        failing: .refuse(status: 500, reason: "InternalServerError"),
        often: .refuse(status: 429, reason: "TooManyRequests"), countsNow: { apns.counts },
        forget: apns.forgetReceived)
    }

    func standIn(_ fcm: FCMSimulator) -> HTTPStandIn {
      HTTPStandIn(
        simulator: fcm, busy: .refuse(status: 503, reason: "UNAVAILABLE", retryAfter: 1),
        failing: .refuse(status: 500, reason: "INTERNAL"), path: "/v1/", countsNow: { fcm.counts },
        forget: fcm.forgetReceived)
    }

    func standIn(_ sms: SMSSimulator) -> HTTPStandIn {
      HTTPStandIn(
        simulator: sms, busy: sms.busy, failing: sms.failing, countsNow: { sms.counts }, forget: sms.forgetReceived)
    }
  }
}
