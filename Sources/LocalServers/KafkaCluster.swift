import Foundation
import Glibc

/// A private Kafka of three brokers, from the directory that KAFKA_HOME names, on free ports of 127.0.0.1. Each broker can
/// be killed, paused and started again; it ends with this process.
public final class KafkaCluster: Sendable {
  /// Of the first broker; the others have the second and fourth after it.
  public let port: UInt16
  private let directory: TemporaryDirectory
  private let home: String

  public static let brokers = 1...3

  public init() throws(LocalServerError) {
    guard let home = KafkaServer.home else {
      throw LocalServerError(.notInstalled, "KAFKA_HOME is not set; it names the directory of a Kafka")
    }
    self.home = URL(fileURLWithPath: home).path
    port = try Self.sixPorts()
    directory = try TemporaryDirectory(prefix: "bongsu-cluster")
    try start()
  }

  deinit { for broker in Self.brokers { try? kill(broker) } }

  /// Neighbours, as the cluster's script takes them.
  private static func sixPorts() throws(LocalServerError) -> UInt16 {
    for _ in 0..<100 {
      let first = try FreePort.find()
      if (first..<first + 6).allSatisfy(FreePort.isFree) { return first }
    }
    throw LocalServerError(.system, "no six free ports in a row on 127.0.0.1")
  }

  public var bootstrapServers: String {
    Self.brokers.map { "127.0.0.1:\(Int(port) + 2 * ($0 - 1))" }.joined(separator: ",")
  }

  /// Starts those that do not run, on their data; returns once they listen.
  public func start() throws(LocalServerError) {
    var command = ChildCommand("\(home)/bin/start-cluster", ["--dir", directory.path, "--port", "\(port)"])
    command.directory = directory.path
    command.environment = ["KAFKA_HEAP": "400m"]
    try ChildProcess.run(command, timeout: .seconds(120))
  }

  /// SIGKILL; returns once it is gone.
  public func kill(_ broker: Int) throws(LocalServerError) {
    guard let process = process(broker) else { return }
    process.signal(SIGCONT)
    process.signal(SIGKILL)
    try process.waitForEnd(timeout: .seconds(60))
    try? FileManager.default.removeItem(atPath: directory.file("\(broker)/pid"))
  }

  public func pause(_ broker: Int) { process(broker)?.signal(SIGSTOP) }

  public func resume(_ broker: Int) { process(broker)?.signal(SIGCONT) }

  private func process(_ broker: Int) -> ForeignProcess? {
    let text = try? String(contentsOfFile: directory.file("\(broker)/pid"), encoding: .utf8)
    return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { ForeignProcess(id: $0) }
  }
}
