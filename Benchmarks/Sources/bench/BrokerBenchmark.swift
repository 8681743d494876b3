import Foundation

/// The embedded broker beside a real Kafka, by Kafka's own tools, on the same disk, one after the other.
struct BrokerBenchmark {
  let setting: Setting
  private let recordBytes = 440
  private var records: Int { setting.isQuick ? 200_000 : 1_000_000 }
  private var seconds: Int { setting.isQuick ? 10 : 30 }

  private struct Outcome {
    var start, restart, produce, consume, cpuMicroseconds, idle, peak: Double
    var latency: Distribution
  }

  func run() throws -> Report {
    var report = Report()
    var outcomes: [(kind: BrokerContender.Kind, outcome: Outcome)] = []
    for kind in BrokerContender.Kind.allCases {
      do {
        outcomes.append((kind, try measure(kind)))
      } catch {
        report.failures.append("\(kind.title): \(error)")
      }
    }
    write(outcomes, into: &report)
    return report
  }

  private func measure(_ kind: BrokerContender.Kind) throws -> Outcome {
    note("\(kind.title): start")
    let broker = try BrokerContender(kind, setting)
    defer { broker.stop() }
    let start = try broker.start()
    let idle = broker.memory("VmRSS")
    note("\(kind.title): \(Int(1000)) records/s for \(seconds) s")
    let latency = try LiveProducer.latency(broker.bootstrapServers, perSecond: 1_000, seconds: seconds)
    note("\(kind.title): \(records) records of \(recordBytes) bytes by Kafka's perf tools")
    let tools = PerfTools(broker.bootstrapServers, setting)
    let topic = try Topic("bench_broker", bootstrapServers: broker.bootstrapServers)
    let before = broker.cpuSeconds()
    let produce = try tools.produce(topic.name, records: records, bytes: recordBytes)
    let used = broker.cpuSeconds() - before
    guard try topic.recordCount() == records else { throw BenchmarkError("not all records are there") }
    let consume = try tools.consume(topic.name, records: records)
    let peak = broker.memory("VmHWM")
    return Outcome(
      start: start, restart: try broker.restartAfterKill(), produce: produce, consume: consume,
      cpuMicroseconds: used * 1e6 / Double(records), idle: idle, peak: peak, latency: latency)
  }

  private func write(_ outcomes: [(kind: BrokerContender.Kind, outcome: Outcome)], into report: inout Report) {
    report.line("\(records) records of \(recordBytes) bytes, acks=all, 6 partitions, by Kafka's perf tools:")
    let kafka = outcomes.first { $0.kind == .kafka }?.outcome
    var rows = [
      [
        "", "produce/s", "of Kafka", "consume/s", "of Kafka", "CPU µs/record", "idle MB", "peak MB", "start s",
        "after kill s",
      ]
    ]
    for (kind, found) in outcomes {
      let (produced, consumed) = (found.produce / (kafka?.produce ?? .nan), found.consume / (kafka?.consume ?? .nan))
      rows.append([
        kind.title, found.produce.text(), produced.text(2), found.consume.text(), consumed.text(2),
        found.cpuMicroseconds.text(2), found.idle.text(1), found.peak.text(1), found.start.text(3),
        found.restart.text(3),
      ])
      report.figure("\(kind.figure)_produce_records_per_second", found.produce)
      report.figure("\(kind.figure)_produce_of_kafka_ratio", produced)
      report.figure("\(kind.figure)_consume_records_per_second", found.consume)
      report.figure("\(kind.figure)_consume_of_kafka_ratio", consumed)
      report.figure("\(kind.figure)_produce_cpu_microseconds_per_record", found.cpuMicroseconds)
      report.figure("\(kind.figure)_idle_megabytes", found.idle)
      report.figure("\(kind.figure)_peak_megabytes", found.peak)
      report.figure("\(kind.figure)_start_seconds", found.start)
      report.figure("\(kind.figure)_start_after_kill_seconds", found.restart)
      found.latency.write(figures: "\(kind.figure)_latency", into: &report)
    }
    report.table(rows)
    report.line()
    report.line("Produce to consumed at 1000 records/s for \(seconds) s, milliseconds:")
    report.table(Distribution.percentileTable(outcomes.map { ($0.kind.title, $0.outcome.latency) }))
  }
}
