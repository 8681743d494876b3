import Arguments
import Configuration
import Foundation
import HTTPServer
import Operations

let simulateCommand = Command(
  "simulate", summary: "Stand in for all providers on this machine",
  discussion:
    "Servers that check what they are sent as APNs, FCM, four SMS vendors and a mail server do, and show it to nobody. "
    + "The directory gets a certificate authority, keys, and worker.yaml, with which `bongsu worker` calls them, and "
    + "control.url: /counts and /received?provider=apns tell what came, /misbehave?provider=apns&how=down&for=20s and "
    + "/behave change how it is taken, as in: curl \"$(cat simulators/control.url)/misbehave?provider=sms&how=busy&for=20s\". "
    + "Nothing that is sent to them leaves this machine. SIGTERM ends them.",
  examples: [
    .init(
      "bongsu simulate --directory ./simulators",
      "then: bongsu worker --channel push.ios --config simulators/worker.yaml"),
    .init(
      "bongsu simulate --directory ./simulators --latency 150ms --fail-percent 5 --hang-percent 1",
      "slow; five in a hundred fail and one has no answer"),
  ],
  options: [
    .string("directory", "DIR", completion: .files, help: "Where keys and worker.yaml are written; needed."),
    .string("latency", "TIME", help: "Before each answer, as 20ms (0)."),
    .integer("fail-percent", "PERCENT", in: 0...100, help: "How many are answered by an error that passes (0)."),
    .integer("hang-percent", "PERCENT", in: 0...100, help: "How many are taken and never answered (0)."),
    .string("control", "HOST:PORT", help: "Where it can be asked and told, on this machine (127.0.0.1, a free port)."),
  ]
    + SimulatedProvider.allCases.map { provider in
      .integer("\(provider.rawValue)-port", "PORT", in: 0...65_535, help: "Of \(provider.title) (0: a free one).")
    } + ConfigurationOptions.file + RelayOptions.listen
) { arguments in
  let settings = try SimulateSettings(arguments)
  try runDaemon("simulate", settings.operations) { _, logger in
    [try SimulateService(settings, logger: logger)]
  }
}

struct SimulateSettings {
  let directory: URL
  let ports: [SimulatedProvider: UInt16]
  let latency: Duration
  /// Parts of 1.
  let failing: Double
  let hanging: Double
  let control: ListenAddress
  let operations: OperationsSettings

  init(_ arguments: ParsedArguments) throws {
    guard let directory = arguments.string("directory") else {
      throw UsageError(.missingArgument, "--directory is needed: keys and worker.yaml are written there")
    }
    self.directory = URL(fileURLWithPath: directory).standardizedFileURL
    ports = Dictionary(
      uniqueKeysWithValues: SimulatedProvider.allCases.map { provider in
        (provider, UInt16(arguments.integer("\(provider.rawValue)-port") ?? 0))
      })
    failing = Double(arguments.integer("fail-percent") ?? 0) / 100
    hanging = Double(arguments.integer("hang-percent") ?? 0) / 100
    control = try Self.control(arguments.string("control") ?? "127.0.0.1:0")
    let root = try ConfigurationOptions(keys: [("latency", "simulate.latency"), ("listen", "http.listen")])
      .reader(arguments)
    latency = root.section("simulate").duration("latency", in: .zero...(.seconds(60)), default: .zero)
    operations = OperationsSettings(root)
    try ConfigurationOptions.finish(root, reading: ["http", "log", "simulate"])
  }

  /// Whoever reaches it decides how providers answer, and sees to whom what went.
  private static func control(_ text: String) throws -> ListenAddress {
    do throws(HTTPServerError) {
      let address = try ListenAddress(text)
      if address.host.hasPrefix("127.") || address.host == "::1" { return address }
    } catch {
      throw UsageError(.badValue, "--control: \(error)")
    }
    throw UsageError(.badValue, "--control takes an address of this machine, as 127.0.0.1:0")
  }
}
