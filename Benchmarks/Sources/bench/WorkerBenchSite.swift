import Foundation

/// A Redis, stand-ins for providers and topics that workers are measured on.
final class WorkerBenchSite {
  private let setting: Setting
  private let redis: PrivateRedis
  private var simulator: Child?
  private var folder: String { setting.scratch + "/simulators" }

  struct Topics {
    let prefix: String
    let status: Topic
    let all: [Topic]
  }

  init(_ setting: Setting) throws {
    self.setting = setting
    redis = try PrivateRedis(setting)
  }

  func stop() {
    _ = simulator?.stop()
    redis.stop()
  }

  func topics(_ name: String, _ kinds: [DeliveryKind]) throws -> Topics {
    let prefix = "bench_worker_\(name)."
    let names = ["status", "dlq"] + kinds.map(\.rawValue)
    let all = try names.map { try Topic(prefix + $0, bootstrapServers: setting.bootstrapServers) }
    return Topics(prefix: prefix, status: all[0], all: all)
  }

  func producer(_ topics: Topics, _ kind: DeliveryKind) throws -> DeliveryProducer {
    try DeliveryProducer(setting.bootstrapServers, prefix: topics.prefix, kind)
  }

  func consumer(_ topics: Topics) throws -> LatencyConsumer {
    try LatencyConsumer(
      topics.status, bootstrapServers: setting.bootstrapServers, stamp: "eventTime", unitMicroseconds: 1_000,
      mark: #""state":"SUCCESS""#, fromEnd: true)
  }

  /// What the stand-ins do with what comes.
  func tellSimulator(_ what: String) throws {
    let control = try String(contentsOfFile: folder + "/control.url", encoding: .utf8)
    try Child.run(["curl", "-fsS", control.trimmingCharacters(in: .whitespacesAndNewlines) + "/" + what])
  }

  /// Redis' own time in scripts, in microseconds since it was started: a worker runs none but the claims'.
  func scriptMicroseconds() throws -> Double {
    let output = setting.scratch + "/redis.txt"
    try Child.run(["redis-cli", "-s", redis.socket, "info", "commandstats"], output: output)
    let text = try String(contentsOfFile: output, encoding: .utf8)
    return text.firstMatch(of: #/cmdstat_evalsha:calls=[0-9]+,usec=([0-9]+)/#).flatMap { Double($0.1) } ?? 0
  }

  /// In the place of the one before.
  func startSimulator(latency: Int) throws {
    _ = simulator?.stop()
    try? FileManager.default.removeItem(atPath: folder)
    simulator = try Child([
      setting.bongsu, "simulate", "--directory", folder, "--latency", "\(latency)ms", "--listen", "127.0.0.1:0",
      "--set", "log.level=warning",
    ])
    let files = ["worker.yaml", "control.url", "firebase.json"].map { folder + "/" + $0 }
    guard eventually(by: .now + .seconds(20), { files.allSatisfy { FileManager.default.fileExists(atPath: $0) } })
    else {
      throw BenchmarkError("the stand-ins do not start")
    }
    // They are there before they are written to their end.
    poll(nil, 0, 200)
  }

  func startWorker(_ topics: Topics, _ kind: DeliveryKind, _ more: [String] = []) throws -> Child {
    try Child(
      [
        setting.bongsu, "worker", "--channel", kind.rawValue, "--config", folder + "/worker.yaml", "--redis",
        redis.socket,
        "--bootstrap-servers", setting.bootstrapServers, "--listen", "127.0.0.1:0", "--set",
        "worker.topicPrefix=\(topics.prefix)", "--set", "worker.redisPrefix=\(topics.prefix)", "--set",
        "log.level=warning",
      ] + more.flatMap { ["--set", $0] })
  }

  /// Requests a second by h2load at the same stand-in, with as many in flight: those of a push, but for their token.
  func h2load(_ count: Int) throws -> Double {
    let yaml = try String(contentsOfFile: folder + "/worker.yaml", encoding: .utf8)
    guard let url = yaml.firstMatch(of: #/production: (.+)/#)?.1 else { throw BenchmarkError("no address of APNs") }
    let body = folder + "/body.json"
    try #"{"aps":{"alert":{"title":"Han River Books","body":"Order A-17 is on its way."},"badge":1}}"#.write(
      toFile: body, atomically: true, encoding: .utf8)
    let output = folder + "/h2load.txt"
    try Child.run(
      [
        "h2load", "-n", "\(count)", "-c", "1", "-m", "1000", "-t", "1", "-d", body, "-H",
        "apns-topic: com.example.shop", "-H", "apns-push-type: alert", "-H", "apns-priority: 10", "-H",
        "apns-expiration: 0",
        "\(url)/3/device/\(String(repeating: "0", count: 64))",
      ], output: output)
    let text = try String(contentsOfFile: output, encoding: .utf8)
    guard let rate = text.firstMatch(of: #/([0-9.]+) req/s/#).flatMap({ Double($0.1) }) else {
      throw BenchmarkError("h2load says no rate")
    }
    return rate
  }
}
