import Foundation

/// Kafka's own tools for measuring, the same for every broker. What they print last is what they measured; their
/// virtual machine's start is no part of it.
struct PerfTools {
  private let bootstrapServers: String
  private let setting: Setting

  init(_ bootstrapServers: String, _ setting: Setting) {
    (self.bootstrapServers, self.setting) = (bootstrapServers, setting)
  }

  /// Records a second.
  func produce(_ topic: String, records: Int, bytes: Int) throws -> Double {
    let lines = try run(
      "kafka-producer-perf-test",
      [
        "--topic", topic, "--num-records", "\(records)", "--record-size", "\(bytes)", "--throughput", "-1",
        "--bootstrap-server", bootstrapServers, "--command-property", "acks=all",
      ])
    // 1000000 records sent, 151057.4 records/sec (63.39 MB/sec), …
    guard let last = lines.last(where: { $0.contains("records sent") }),
      let match = last.firstMatch(of: /sent, ([0-9.]+) records/), let rate = Double(match.1)
    else { throw BenchmarkError("kafka-producer-perf-test printed no rate: \(lines.last ?? "")") }
    return rate
  }

  /// Records a second, from the first fetch on: joining the group is no part of it.
  func consume(_ topic: String, records: Int) throws -> Double {
    let lines = try run(
      "kafka-consumer-perf-test",
      ["--topic", topic, "--num-records", "\(records)", "--bootstrap-server", bootstrapServers, "--hide-header"])
    // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
    let fields = lines.last(where: { $0.contains(",") })?.split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard let fields, fields.count == 10, let rate = Double(fields[9]) else {
      throw BenchmarkError("kafka-consumer-perf-test printed no rate: \(lines.last ?? "")")
    }
    return rate
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> [String] {
    let output = "\(setting.scratch)/\(tool).out"
    try Child.run(["\(try Setting.environment("KAFKA_HOME"))/bin/\(tool)"] + arguments, output: output)
    return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
