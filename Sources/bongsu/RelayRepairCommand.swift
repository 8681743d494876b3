import Arguments
import Foundation
import Relay
import Telemetry

let relayRepairCommand = Command(
  "repair", summary: "Make a missing or lost slot anew and send what Kafka does not have",
  discussion: "Compares the outbox's rows with the topics by their ids, makes the slot anew and sends the rows that no "
    + "topic has. The relay of the slot must be stopped, services need not be. The role needs SELECT on the outbox and "
    + "the right to read the topics. It can be interrupted and begun again.",
  examples: [
    .init("bongsu relay repair --config bongsu.yaml --dry-run", "counts what is missing and changes nothing"),
    .init(
      "bongsu relay repair --dsn 'host=db dbname=shop user=owner' --bootstrap-servers kafka:9092",
      "repairs the slot bongsu"),
  ],
  options: ConfigurationOptions.file + RelayOptions.source + [
    .string("source", "NAME", help: "Only this source of the file; all of them otherwise."),
    .string("since", "TIME", help: "Leave out rows made before it, as 2026-11-24T08:00:00Z."),
    .flag("dry-run", help: "Compare and count only."),
    .repeated("former-topic", "NAME", help: "Look there too: rows went to it before routes or topics were changed."),
    .flag("replace-slot", help: "Repair although the slot is there and not lost; of several sources name one."),
  ]
) { arguments in
  let (relay, _) = try RelayOptions.read(arguments)
  // With relay.outboxTables they would name the first table's, and the others would follow from it.
  if relay.sources.count > 1, arguments.string("slot") != nil || arguments.string("publication") != nil {
    throw UsageError(
      .unexpectedArgument, "--slot and --publication are for a single source; choose one of several by --source NAME")
  }
  let sources = try chosen(relay.sources, arguments.string("source"))
  var options = RelayRepair.Options()
  options.isDryRun = arguments.flag("dry-run")
  options.replacesHealthySlot = arguments.flag("replace-slot")
  options.since = try arguments.string("since").map(milliseconds)
  options.formerTopics = arguments.strings("former-topic")
  if sources.count > 1, options.replacesHealthySlot {
    throw UsageError(.badValue, "--replace-slot would replace the slots of all sources; choose one by --source NAME")
  }
  for source in sources {
    do {
      try repair(source, relay, options)
    } catch let error as RelayError where error.code == .slotHealthy && sources.count > 1 {
      Terminal.standard.output("\(source.name): slot \(source.slot) is there and not lost, passed over\n")
    }
  }
}

private func repair(_ source: SourceSettings, _ relay: RelaySettings, _ options: RelayRepair.Options) throws {
  let outcome = try RelayRepair(source, relay, options: options).run(registry: MetricsRegistry()) { text in
    Terminal.standard.error("\(source.name): \(text)\n")
  }
  Terminal.standard.output(
    "\(source.name): rows \(outcome.rows), in Kafka \(outcome.delivered), missing \(outcome.missing), "
      + "sent \(outcome.sent)\(options.isDryRun ? "" : ", slot \(source.slot) made")\n")
}

private func chosen(_ sources: [SourceSettings], _ name: String?) throws -> [SourceSettings] {
  guard let name else { return sources }
  let found = sources.filter { $0.name == name }
  let names = sources.map(\.name).joined(separator: ", ")
  if found.isEmpty { throw UsageError(.badValue, "there is no source '\(name)'; there are: \(names)") }
  return found
}

private func milliseconds(_ text: String) throws -> Int64 {
  guard let date = try? Date(text, strategy: .iso8601) else {
    throw UsageError(.badValue, "--since takes a time such as 2026-11-24T08:00:00Z")
  }
  return Int64(date.timeIntervalSince1970 * 1_000)
}
