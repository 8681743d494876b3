import Arguments
import Configuration
import Foundation
import Operations
import ProviderSimulators
import Runtime
import Signing
import Telemetry

let simulateCommand = Command(
  "simulate", summary: "Stand in for APNs and FCM on this machine",
  discussion:
    "Two servers of HTTP/2 over TLS that check what they are sent as Apple and Google do, and show it to nobody. "
    + "The directory gets a certificate authority, keys, and worker.yaml, with which `bongsu worker` calls them. "
    + "Nothing that is sent to them leaves this machine. SIGTERM ends them.",
  examples: [
    .init(
      "bongsu simulate --directory ./simulators",
      "then: bongsu worker --channel push.ios --config simulators/worker.yaml"),
    .init("bongsu simulate --directory ./simulators --latency 150ms --fail 5", "slow, and five in a hundred fail"),
  ],
  options: [
    .string("directory", "DIR", completion: .files, help: "Where keys and worker.yaml are written; needed."),
    .integer("apns-port", "PORT", in: 0...65_535, help: "Of APNs (0: a free one)."),
    .integer("fcm-port", "PORT", in: 0...65_535, help: "Of FCM (0: a free one)."),
    .string("latency", "TIME", help: "Before each answer, as 20ms (0)."),
    .integer("fail", "PERCENT", in: 0...100, help: "How many pushes are answered by a server error (0)."),
  ] + ConfigurationOptions.file + RelayOptions.listen
) { arguments in
  let settings = try SimulateSettings(arguments)
  try runDaemon("simulate", settings.operations) { _, logger in
    [try SimulatorService(settings, logger: logger)]
  }
}

private struct SimulateSettings {
  let directory: String
  let ports: (apns: UInt16, fcm: UInt16)
  let latency: Duration
  let failing: Double
  let operations: OperationsSettings

  init(_ arguments: ParsedArguments) throws {
    guard let directory = arguments.string("directory") else {
      throw UsageError(.missingArgument, "--directory is needed: keys and worker.yaml are written there")
    }
    self.directory = URL(fileURLWithPath: directory).standardizedFileURL.path
    ports = (UInt16(arguments.integer("apns-port") ?? 0), UInt16(arguments.integer("fcm-port") ?? 0))
    failing = Double(arguments.integer("fail") ?? 0) / 100
    let root = try ConfigurationOptions(keys: [("latency", "simulate.latency"), ("listen", "http.listen")])
      .reader(arguments)
    latency = root.section("simulate").duration("latency", in: .zero...(.seconds(60)), default: .zero)
    operations = OperationsSettings(root)
    try ConfigurationOptions.finish(root, reading: ["http", "log", "simulate"])
  }
}

/// Both stand-ins as a part of a daemon.
private final class SimulatorService: Service {
  let name = "simulators"
  let failed = WakeSignal()
  let failure: String? = nil
  private let apns: APNsSimulator
  private let fcm: FCMSimulator
  private let logger: Logger

  init(_ settings: SimulateSettings, logger: Logger) throws {
    let folder = URL(fileURLWithPath: settings.directory)
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let authority = try CertificateAuthority(caFile: folder.appending(path: "authority.pem").path)
    var (apns, fcm) = (APNsSimulator.Settings(), FCMSimulator.Settings())
    (apns.server.authority, apns.server.latency, apns.receivedMax) = (authority, settings.latency, 0)
    (fcm.server.authority, fcm.server.latency, fcm.receivedMax) = (authority, settings.latency, 0)
    self.logger = logger
    self.apns = try APNsSimulator(port: settings.ports.apns, apns)
    self.fcm = try FCMSimulator(port: settings.ports.fcm, fcm)
    if settings.failing > 0 {
      let part = Misbehaviour.Extent.fraction(settings.failing, seed: 1)
      self.apns.misbehave(.refuse(status: 500, reason: "InternalServerError"), part)
      self.fcm.misbehave(.refuse(status: 500, reason: "INTERNAL"), part, path: "/v1/")
    }
    try write(folder)
  }

  private func write(_ folder: URL) throws {
    let worker = """
      # For bongsu worker, which calls the stand-ins by it. Made anew with each start of bongsu simulate.
      apns:
        teamID: \(APNsSimulator.teamID)
        keyID: \(APNsSimulator.keyID)
        keyFile: apns-key.p8
        production: \(apns.url)
        sandbox: \(apns.url)
        authorityFile: \(folder.appending(path: "authority.pem").path)
      fcm:
        serviceAccountFile: firebase.json
        endpoint: \(fcm.url)
        authorityFile: \(folder.appending(path: "authority.pem").path)

      """
    let secrets = ["apns-key.p8": apns.signingKey.pem, "firebase.json": fcm.serviceAccount, "worker.yaml": worker]
    for (name, text) in secrets {
      let path = folder.appending(path: name).path
      guard
        FileManager.default.createFile(
          atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
      else { throw UsageError(.badValue, "\(name) cannot be written into --directory") }
    }
  }

  func start() {
    logger.notice("standing in", ["apns": apns.url, "fcm": fcm.url])
  }

  func stop(within deadline: Duration) {
    for (name, counts) in [("apns", apns.counts), ("fcm", fcm.counts)] {
      logger.notice(
        "what came", ["provider": name, "requests": "\(counts.requests)", "accepted": "\(counts.accepted)"])
    }
    apns.stop()
    fcm.stop()
  }
}
