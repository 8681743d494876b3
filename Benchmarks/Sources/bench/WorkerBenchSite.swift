import Foundation

/// A Redis, a stand-in for APNs and topics that a worker is measured on.
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

  func topics(_ number: Int) throws -> Topics {
    let prefix = "bench_worker\(number)."
    let names = ["push.ios", "dlq", "status"]
    let all = try names.map { try Topic(prefix + $0, bootstrapServers: setting.bootstrapServers) }
    return Topics(prefix: prefix, status: all[2], all: all)
  }

  func fill(_ topics: Topics, _ count: Int) throws {
    try DeliveryProducer(setting.bootstrapServers, topic: topics.prefix + "push.ios").fill(count)
  }

  /// In the place of the one before.
  func startSimulator(latency: Int) throws {
    _ = simulator?.stop()
    let file = folder + "/worker.yaml"
    try? FileManager.default.removeItem(atPath: file)
    simulator = try Child([
      setting.bongsu, "simulate", "--directory", folder, "--latency", "\(latency)ms", "--listen", "127.0.0.1:0",
      "--set", "log.level=warning",
    ])
    guard eventually(by: .now + .seconds(20), { FileManager.default.fileExists(atPath: file) }) else {
      throw BenchmarkError("the stand-in does not start")
    }
  }

  func startWorker(_ topics: Topics) throws -> Child {
    try Child([
      setting.bongsu, "worker", "--channel", "push.ios", "--config", folder + "/worker.yaml", "--redis", redis.socket,
      "--bootstrap-servers", setting.bootstrapServers, "--listen", "127.0.0.1:0", "--set",
      "worker.topicPrefix=\(topics.prefix)", "--set", "worker.redisPrefix=\(topics.prefix)", "--set",
      "log.level=warning",
    ])
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
