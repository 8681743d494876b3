import Foundation

/// Inserts at a steady rate and measures until another client has consumed each row. The clock starts inside the
/// INSERT, so a commit's fsync is part of it; it is one host's clock on both sides.
struct LatencyBenchmark {
  let setting: Setting
  private let rowsPerSecond = 1000
  private var seconds: Int { setting.isQuick ? 20 : 60 }

  func run() throws -> Report {
    let outbox = try Outbox(setting: setting)
    var report = Report()
    var series: [(title: String, distribution: Distribution)] = []
    for contender in [Contender.cLoop, .relay] {
      note("\(contender.title): \(rowsPerSecond) rows/s for \(seconds) s")
      do {
        let (latency, insert) = try measure(contender, outbox, into: &report)
        series.append((contender.title, latency))
        series.append(("its inserts", insert))
        latency.write(figures: "\(contender.figure)_latency", into: &report)
        insert.write(figures: "\(contender.figure)_latency_insert", into: &report)
      } catch {
        report.failures.append("\(contender.title): \(error)")
      }
    }
    report.line("Insert to consumed at \(rowsPerSecond) rows/s for \(seconds) s, milliseconds:")
    report.table(Distribution.percentileTable(series))
    report.line()
    report.line("Records by latency:")
    report.table(Distribution.bucketTable(series))
    return report
  }

  private func measure(
    _ contender: Contender, _ outbox: Outbox, into report: inout Report
  ) throws -> (latency: Distribution, insert: Distribution) {
    let name = "bench_latency_\(contender.figure)"
    let topic = try Topic(name, bootstrapServers: setting.bootstrapServers)
    try outbox.makeSlot(name)
    let consumer = try LatencyConsumer(topic, bootstrapServers: setting.bootstrapServers)
    let relay = try Child(contender.command(setting, slot: name, topic: name))
    defer { _ = relay.stop() }
    let isStreaming = try eventually(by: .now + .seconds(30)) { try !relay.isRunning() || outbox.isStreaming(name) }
    guard isStreaming, relay.isRunning() else { throw BenchmarkError("it does not stream") }
    let log = "\(setting.scratch)/\(name)"
    let rows = try insert(log: log, consumer)
    let deadline = ContinuousClock.now + .seconds(30)
    while consumer.microseconds.count < rows.count, ContinuousClock.now < deadline {
      consumer.receive(milliseconds: 100)
    }
    if consumer.microseconds.count != rows.count {
      report.failures.append("\(contender.title): \(consumer.microseconds.count) consumed of \(rows.count) rows")
    }
    _ = relay.stop()
    try outbox.dropSlot(name)
    return (Distribution(consumer.microseconds), Distribution(rows))
  }

  /// Consumes while pgbench inserts.
  /// - Returns: how long each insert took, in microseconds.
  private func insert(log: String, _ consumer: LatencyConsumer) throws -> [Int] {
    let stamp = ", '\(LatencyConsumer.stamp)', (extract(epoch from clock_timestamp()) * 1000000)::bigint"
    let script = try setting.scratchFile(
      "live.sql",
      """
      insert into outbox.event (id, aggregatetype, aggregateid, type, payload)
      select gen_random_uuid(), 'user', 'user-' || (random() * 100000)::int, 'order.shipped', \(Outbox.payload(stamp));
      """)
    let outbox = try Outbox(setting: setting)
    let load = try Child(
      outbox.pgbench(clients: 8, script: script)
        + ["-R", "\(rowsPerSecond)", "-T", "\(seconds)", "-l", "--log-prefix=\(log)"])
    while load.isRunning() { consumer.receive(milliseconds: 10) }
    guard load.wait().status == 0 else { throw BenchmarkError("pgbench failed") }
    return try String(contentsOfFile: "\(log).\(load.pid)", encoding: .utf8).split(separator: "\n").map { line in
      // client, transaction, time since it was due, script, seconds, microseconds, how late it began
      let fields = line.split(separator: " ").compactMap { Int($0) }
      return fields[2] - fields[6]
    }
  }
}
