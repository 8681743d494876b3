import Administration
import Arguments
import HTTPServer
import Operations
import Relay

let doctorCommand = Command(
  "doctor", summary: "Check everything between this host, PostgreSQL and Kafka, and say what to type",
  discussion: "It changes nothing. Exit status: 0 all is well or only warnings, 1 something fails, 2 the command line.",
  examples: [
    .init(
      "bongsu doctor --dsn 'host=db dbname=shop user=relay' --bootstrap-servers kafka:9092",
      "checks what `bongsu relay` with the same options needs"),
    .init("bongsu doctor --config /etc/bongsu/bongsu.yaml", "checks every source of the file"),
    .init(
      "bongsu doctor --json --dsn 'host=db dbname=shop user=relay' --bootstrap-servers kafka:9092", "for a program"),
  ],
  options: ConfigurationOptions.file + RelayOptions.source + RelayOptions.listen + [.flag("json", help: "Print JSON.")]
) { arguments in
  let (relay, operations) = try RelayOptions.read(arguments)
  var report = Doctor(DoctorTarget(sources: relay.sources, kafka: relay.kafka)).examine()
  report.sections.append(DoctorReport.Section("This host", [port(operations.listen)]))
  Terminal.standard.output(arguments.flag("json") ? report.json : report.text)
  if !report.isHealthy { throw ExitStatus(1) }
}

private func port(_ address: ListenAddress) -> Finding {
  do {
    try HTTPListener(address) { _ in HTTPResponse(status: 200, body: "") }.stop()
    return .ok("listen", "\(address) is free")
  } catch {
    return .warning("listen", "\(error)", "that is as it should be while a relay runs here")
  }
}
