import Foundation

/// A broker that takes part, as a process of its own on an empty directory.
final class BrokerContender {
  enum Kind: String, CaseIterable {
    case kafka, embeddedOS, embeddedAlways

    var title: String {
      switch self {
      case .kafka: "Kafka"
      case .embeddedOS: "bongsu broker, fsync os"
      case .embeddedAlways: "bongsu broker, fsync always"
      }
    }

    /// How its figures' names begin.
    var figure: String {
      switch self {
      case .kafka: "kafka"
      case .embeddedOS: "broker_os"
      case .embeddedAlways: "broker_always"
      }
    }
  }

  let kind: Kind
  let bootstrapServers: String
  private let port: Int
  private let directory: String
  private let setting: Setting
  private let kafkaHome: String
  private var child: Child?
  private var pid: pid_t = 0

  /// On an empty directory; it does not run yet.
  init(_ kind: Kind, _ setting: Setting) throws {
    (self.kind, self.setting, kafkaHome) = (kind, setting, try Setting.environment("KAFKA_HOME"))
    directory = "\(setting.scratch)/\(kind.rawValue)"
    port = try FirstAnswer.freePort()
    bootstrapServers = "127.0.0.1:\(port)"
  }

  /// - Returns: the seconds to its first answer.
  func start() throws -> Double {
    let began = ContinuousClock.now
    switch kind {
    case .kafka:
      // An id that begins with a hyphen would be an option to Kafka's own tool.
      let id = ["--cluster-id", "bWVhc3VyZWQtY2x1c3Rlcg"]
      try Child.run(["\(kafkaHome)/bin/start", "--dir", directory, "--port", "\(port)"] + id)
      pid = try Int32(String(contentsOfFile: "\(directory)/pid", encoding: .utf8).filter(\.isNumber)) ?? 0
    case .embeddedOS, .embeddedAlways:
      let addresses = ["--listen", bootstrapServers, "--http-listen", "127.0.0.1:0", "--set", "log.level=warning"]
      let policy = ["--fsync", kind == .embeddedOS ? "os" : "always"]
      let made = try Child([setting.bongsu, "broker", "--data", directory] + addresses + policy)
      (child, pid) = (made, made.pid)
    }
    try FirstAnswer.wait(port: port, until: began + .seconds(60))
    return began.duration(to: .now) / .seconds(1)
  }

  /// Kills it with all that it holds, and starts it on that.
  func restartAfterKill() throws -> Double {
    end()
    return try start()
  }

  deinit { stop() }

  func stop() {
    end()
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func end() {
    guard pid != 0 else { return }
    pid = 0
    if kind == .kafka { _ = try? Child.run(["\(kafkaHome)/bin/stop", "--dir", directory, "--kill"]) }
    if let child {
      kill(child.pid, SIGKILL)
      _ = child.wait()
    }
    child = nil
  }

  /// `VmRSS` or `VmHWM` of its process, in MB.
  func memory(_ field: String) -> Double { Double(ProcessState(pid: pid).memoryBytes(field)) / (1024 * 1024) }

  /// CPU time it has used so far, in seconds.
  func cpuSeconds() -> Double { ProcessState(pid: pid).cpuSeconds }
}
