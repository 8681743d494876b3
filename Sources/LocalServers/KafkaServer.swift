import Foundation
import Glibc

/// A private one-node Kafka, from the directory that KAFKA_HOME names, on free ports of 127.0.0.1.
///
/// It ends with this process and can be stopped, killed, paused and started again before.
public final class KafkaServer: Sendable {
  public let port: UInt16
  /// Where its data lies, for those that look at it.
  public let directory: TemporaryDirectory
  private let controllerPort: UInt16
  private let home: String
  private let settings: [String]
  private let clusterID = makeClusterID()

  /// KAFKA_HOME; nil when it is not set.
  public static var home: String? {
    ProcessInfo.processInfo.environment["KAFKA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// - Parameter settings: lines of server.properties; `PORT` and `CONTROLLER_PORT` in them stand for the ports.
  public init(settings: [String] = []) throws(LocalServerError) {
    guard let home = Self.home else {
      throw LocalServerError(.notInstalled, "KAFKA_HOME is not set; it names the directory of a Kafka with bin/start")
    }
    self.home = URL(fileURLWithPath: home).path
    port = try FreePort.find()
    controllerPort = try FreePort.find()
    directory = try TemporaryDirectory(prefix: "bongsu-kafka")
    let ports = (port, controllerPort)
    self.settings = settings.map {
      $0.replacing("CONTROLLER_PORT", with: "\(ports.1)").replacing("PORT", with: "\(ports.0)")
    }
    try start()
  }

  deinit { try? stop(kill: true) }

  public var bootstrapServers: String { "127.0.0.1:\(port)" }

  /// Starts it again on its data; returns once it listens.
  public func start() throws(LocalServerError) {
    let ports = ["--port", "\(port)", "--controller-port", "\(controllerPort)", "--cluster-id", clusterID]
    var command = ChildCommand(
      "\(home)/bin/start", ["--dir", directory.path] + ports + settings.flatMap { ["--set", $0] })
    // Where it works is how the one who cleans up knows it.
    command.directory = directory.path
    command.environment = ["KAFKA_HEAP": "400m"]
    Self.starting.lock()
    defer { Self.starting.unlock() }
    try ChildProcess.run(command, timeout: .seconds(90))
  }

  /// One at a time: several that start at once on few cores take longer than the script waits for each.
  private static let starting = NSLock()

  /// Stops it and waits until it is gone: in order, or with SIGKILL.
  public func stop(kill: Bool = false) throws(LocalServerError) {
    guard let process else { return }
    process.signal(SIGCONT)
    process.signal(kill ? SIGKILL : SIGTERM)
    try process.waitForEnd(timeout: .seconds(60))
    try? FileManager.default.removeItem(atPath: directory.file("pid"))
  }

  /// Stops it in its tracks until `resume`.
  public func pause() { process?.signal(SIGSTOP) }

  public func resume() { process?.signal(SIGCONT) }

  /// One that begins with no hyphen, as one of 64 random ones does: Kafka's tool would take it for an option.
  private static func makeClusterID() -> String {
    let bytes = [0] + (1..<16).map { _ in UInt8.random(in: 0...255) }
    let text = Data(bytes).base64EncodedString().prefix { $0 != "=" }
    return String(text).replacing("+", with: "-").replacing("/", with: "_")
  }

  /// Whether it was started and not stopped since; a paused one runs.
  public var isRunning: Bool { process != nil }

  private var process: ForeignProcess? {
    let text = try? String(contentsOfFile: directory.file("pid"), encoding: .utf8)
    return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { ForeignProcess(id: $0) }
  }
}
