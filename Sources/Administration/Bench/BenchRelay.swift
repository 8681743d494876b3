import Relay
import Runtime
import Telemetry

/// The relay as `bongsu relay` runs it, in this process.
struct BenchRelay {
  private let role: RelayRole
  private let acknowledged: Counter
  private let source: String
  private let interruption: BenchInterruption

  private static let silenceNanoseconds: Int64 = 60_000_000_000

  init(_ settings: RelaySettings, source: String, interruption: BenchInterruption) {
    let registry = MetricsRegistry()
    role = RelayRole(settings, registry: registry, logger: Logger(label: "bongsu.bench", level: .warning))
    acknowledged = registry.counter(
      "bongsu_relay_acknowledged_total", help: "Rows that Kafka acknowledged.", labels: [("source", source)])
    self.source = source
    self.interruption = interruption
  }

  func start() { role.start() }

  /// What is still in flight then is of no use any more.
  func stop() { try? role.stop(within: .seconds(15)) }

  /// Returns once Kafka has acknowledged so many rows.
  /// - Throws: why the relay ended, or that nothing has moved for a minute.
  func wait(acknowledged rows: Int) throws {
    var last: UInt64 = 0
    var movedAt = SystemTime.monotonicNanoseconds()
    while acknowledged.current < rows {
      let now = SystemTime.monotonicNanoseconds()
      if acknowledged.current != last { (last, movedAt) = (acknowledged.current, now) }
      guard now - movedAt < Self.silenceNanoseconds else {
        let state = role.sourceStates[source]
        throw BenchError(
          "the relay brought \(last) of \(rows) rows to Kafka and then none for a minute "
            + "(\(state?.kind.rawValue ?? "not started") \(state?.reason ?? ""))")
      }
      try check()
      try interruption.wait([role.failed.fileDescriptor], milliseconds: 2)
    }
  }

  /// - Throws: why the relay ended, if it has.
  func check() throws { if let failure = role.failure { throw failure } }
}
