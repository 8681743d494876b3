import Administration
import Arguments
import Configuration
import EmbeddedBroker
import Operations
import Postgres
import Providers
import Receipts
import Recorder
import Redis
import Redrive
import Relay
import Router
import Worker

let configurationCommand = Command(
  "config", summary: "Check the configuration, or show it with where each value comes from",
  examples: [.init("bongsu config check --config bongsu.yaml", "says what is wrong with it, line by line")],
  subcommands: [checkCommand, showCommand])

private let checkCommand = Command(
  "check", summary: "Say everything that is wrong with the configuration",
  discussion: "Reads the file, the environment and --set as the daemons do and connects to nothing. "
    + "Exit status 2 when something is wrong.",
  examples: [.init("bongsu config check --config bongsu.yaml", "before a daemon is started again")],
  options: ConfigurationOptions.file
) { arguments in
  let (root, sections) = try read(arguments)
  try ConfigurationOptions.finish(root, reading: sections)
  for name in root.unknownVariables() {
    Terminal.standard.error("warning: environment variable \(name) stands for no key and is not used\n")
  }
  Terminal.standard.output("ok\n")
}

private let showCommand = Command(
  "show", summary: "Print every key with its value and where that comes from",
  discussion: "Secrets are masked. Defaults are shown as such, so that this is also the list of keys.",
  examples: [.init("bongsu config show --config bongsu.yaml", "what a daemon would run with")],
  options: ConfigurationOptions.file
) { arguments in
  let (root, sections) = try read(arguments)
  let entries = root.entries()
  let width = entries.map { $0.key.count + $0.value.count + 2 }.max() ?? 0
  for entry in entries {
    let line = "\(entry.key): \(entry.value)"
    let padding = String(repeating: " ", count: width - line.count)
    Terminal.standard.output("\(line)\(padding)  # \(entry.origin)\n")
  }
  try ConfigurationOptions.finish(root, reading: sections)
}

/// Asks for every section that there is, so that a key of no section is unknown.
private func read(_ arguments: ParsedArguments) throws -> (root: ConfigurationReader, sections: Set<String>) {
  let own: Set = [
    "apns", "email", "fcm", "http", "kafka", "log", "notification", "ops", "policy", "recorder", "redis", "redrive",
    "relay", "router", "sms", "sweeper", "topics", "worker",
  ]
  let root = try ConfigurationOptions(keys: []).reader(arguments)
  _ = OperationsSettings(root)
  _ = RelaySettings(root: root)
  _ = TopicSection(root: root)
  _ = RedisSettings(root: root)
  RouterSettings.check(root: root)
  RedriveSettings.check(root: root)
  WorkerSettings.check(root: root)
  OpsSettings.check(root: root)
  ProviderSettings.check(root: root)
  ReceiptSettings.check(root: root)
  RecorderSettings.check(root: root)
  SweeperSettings.check(root: root)
  _ = ConnectionSettings(section: root.section("notification"))
  // Only where this machine runs a broker: its directory has no default.
  guard root.section("broker").origin(of: "data") != .standard else { return (root, own) }
  _ = BrokerSettings(root: root)
  return (root, own.union(["broker"]))
}
