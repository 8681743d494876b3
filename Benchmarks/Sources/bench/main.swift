import Foundation

/// Prints progress and what went wrong; results go to standard output.
func note(_ text: String) {
  FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
}

let benchmarks: [String: (Setting) throws -> Report] = [
  "relay": { try DrainBenchmark(setting: $0).run() },
  "latency": { try LatencyBenchmark(setting: $0).run() },
  "broker": { try BrokerBenchmark(setting: $0).run() },
  "router": { try RouterBenchmark(setting: $0).run() },
  "worker": { try WorkerBenchmark(setting: $0).run() },
  "redrive": { try RedriveBenchmark(setting: $0).run() },
  "pipeline": { try PipelineBenchmark(setting: $0).run() },
  "recorder": { try RecorderBenchmark(setting: $0).run() },
  "insert": { try InsertBenchmark(setting: $0).run() },
]

do {
  let setting = try Setting(arguments: Array(CommandLine.arguments.dropFirst()))
  guard let benchmark = benchmarks[setting.name] else {
    let names = benchmarks.keys.sorted().joined(separator: ", ")
    throw BenchmarkError("no benchmark is called '\(setting.name)': \(names)")
  }
  let report = try benchmark(setting)
  print(report.text)
  if let file = setting.jsonFile { try report.json.write(to: URL(fileURLWithPath: file)) }
  for failure in report.failures { note(failure) }
  exit(report.failures.isEmpty ? 0 : 1)
} catch {
  note("\(error)")
  exit(2)
}
