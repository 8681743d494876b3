import Foundation
import Glibc

/// A private PostgreSQL of this machine's version, in a directory of its own, on a free port of 127.0.0.1.
///
/// Logical replication, passwords (SCRAM) and TLS with a self-signed certificate are on, `fsync` is off: it serves
/// tests and trials. It ends with this process and can be stopped, killed, paused and started again before. In a
/// directory that is kept it goes on later where it was.
public final class PostgresServer: @unchecked Sendable {
  /// How `stop` asks the server to go.
  public enum StopMode: Sendable {
    /// Ends sessions, writes a checkpoint (SIGINT).
    case fast
    /// Leaves at once, as after a crash; the next start recovers (SIGQUIT).
    case immediate
    /// No chance to do anything (SIGKILL).
    case kill
  }

  public static let user = "postgres"
  public let password: String
  public let port: UInt16
  private let directory: ServerDirectory
  private let binaries: String
  private let settings: [String: String]
  private let lock = NSLock()
  private var process: ChildProcess?

  /// Whether this machine has the programs.
  public static var isInstalled: Bool { (try? findBinaries()) != nil }

  /// Makes a cluster, or takes the one that is there, and starts it; returns once it accepts connections.
  /// - Parameters:
  ///   - settings: over or beside the standard ones, as in postgresql.conf.
  ///   - kept: a directory of its own that stays; nil for one that goes with this process.
  ///   - port: nil for a free one.
  public init(
    settings: [String: String] = [:], kept: String? = nil, port: UInt16? = nil
  ) throws(LocalServerError) {
    binaries = try Self.findBinaries()
    self.settings = Self.standard.merging(settings) { $1 }
    self.port = if let port { port } else { try FreePort.find() }
    directory = try ServerDirectory(prefix: "bongsu-postgres", kept: kept)
    // Written last of all that makes a cluster.
    let marker = directory.file("made")
    let known = try? String(contentsOfFile: marker, encoding: .utf8)
    password = known ?? "pg-\(UInt64.random(in: 0...UInt64.max))"
    if known == nil {
      try? FileManager.default.removeItem(atPath: directory.file("data"))
      try Self.give(directory.path)
      try Self.write(password, to: directory.file("password"))
      try initialize()
      try Self.write(password, to: marker)
    }
    try start()
  }

  /// A standby of another server, which streams from it until it is promoted; returns once it answers readers. It has the
  /// other's password, and its `settings` over the standard ones.
  public init(standbyOf primary: PostgresServer, settings: [String: String] = [:]) throws(LocalServerError) {
    binaries = primary.binaries
    self.settings = Self.standard.merging(settings) { $1 }
    port = try FreePort.find()
    password = primary.password
    directory = try ServerDirectory(prefix: "bongsu-postgres", kept: nil)
    try Self.give(directory.path)
    let command = Self.command(
      "\(binaries)/pg_basebackup",
      ["-D", directory.file("data"), "-d", primary.conninfo(), "-R", "-X", "stream", "-c", "fast", "--no-sync"])
    try ChildProcess.run(command)
    try start()
  }

  private static let standard = [
    "wal_level": "logical", "max_wal_senders": "60", "max_replication_slots": "100", "max_connections": "300",
    "fsync": "off", "ssl": "on", "max_prepared_transactions": "20", "shared_buffers": "64MB", "max_wal_size": "4GB",
    "log_min_messages": "warning", "wal_sender_timeout": "60s",
  ]

  /// libpq's connection string, password included.
  public func conninfo(database: String = "postgres", password: String? = nil) -> String {
    "host=127.0.0.1 port=\(port) user=\(Self.user) password=\(password ?? self.password) dbname=\(database) "
      + "sslmode=disable connect_timeout=10"
  }

  /// Starts it again on its data.
  /// - Throws: `didNotStart` with the server's last words.
  public func start() throws(LocalServerError) {
    let options = settings.merging(["port": "\(port)", "listen_addresses": "127.0.0.1"]) { $1 }
      // The path of a socket is short by law; a directory that somebody names need not be.
      .merging(["unix_socket_directories": directory.isKept ? "" : directory.path]) { $1 }
      .sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    var command = Self.command("\(binaries)/postgres", ["-D", directory.file("data")] + options)
    command.directory = directory.path
    command.deathSignal = "QUIT"
    try directory.watch()
    let process = try ChildProcess(command)
    locked { self.process = process }
    // A standby says "read-only connections".
    try process.waitForLine(timeout: .seconds(60)) { $0.contains("ready to accept") && $0.contains("connections") }
  }

  /// Stops it and waits until it is gone.
  public func stop(_ mode: StopMode = .fast) throws(LocalServerError) {
    guard let process = locked({ self.process }) else { return }
    let children = mode == .kill ? ProcessTree.children(of: process.id) : []
    process.signal(mode == .fast ? SIGINT : mode == .immediate ? SIGQUIT : SIGKILL)
    try process.waitForExit(timeout: .seconds(60))
    // Its children end by themselves when they notice; nobody could start on their shared memory before.
    for child in children { kill(child, SIGKILL) }
    try process.waitForOutputEnd(timeout: .seconds(60))
    locked { self.process = nil }
    directory.release()
  }

  /// Stops all its processes in their tracks until `resume`.
  public func pause() { signalAll(SIGSTOP) }

  public func resume() { signalAll(SIGCONT) }

  /// What it wrote to its log since the last start.
  public var log: [String] { locked { process?.lines ?? [] } }

  private func signalAll(_ signal: Int32) {
    guard let process = locked({ self.process }) else { return }
    for id in [process.id] + ProcessTree.children(of: process.id) { kill(id, signal) }
  }

  private func locked<T>(_ body: () -> T) -> T {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }
}

extension PostgresServer {
  private func initialize() throws(LocalServerError) {
    let data = directory.file("data")
    try ChildProcess.run(
      Self.command(
        "\(binaries)/initdb",
        [
          "-D", data, "-U", Self.user, "-A", "scram-sha-256", "--pwfile=\(directory.file("password"))", "-N", "-E",
          "UTF8", "--locale=C",
        ]))
    try ChildProcess.run(
      Self.command(
        "openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
          "/CN=localhost", "-days", "2", "-keyout", "\(data)/server.key", "-out", "\(data)/server.crt",
        ]))
  }

  /// As its own user where this process is root, under whom PostgreSQL refuses to run.
  private static func command(_ program: String, _ arguments: [String]) -> ChildCommand {
    var command = ChildCommand(program, arguments)
    if getuid() == 0 { command.user = user }
    return command
  }

  private static func give(_ path: String) throws(LocalServerError) {
    guard getuid() == 0 else { return }
    guard let entry = getpwnam(user), chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
      throw LocalServerError(.notInstalled, "there is no user \(user) to run PostgreSQL as; scripts/setup makes one")
    }
  }

  private static func write(_ text: String, to path: String) throws(LocalServerError) {
    guard (try? text.write(toFile: path, atomically: false, encoding: .utf8)) != nil, chmod(path, 0o600) == 0 else {
      throw LocalServerError(.system, "cannot write \(path)")
    }
    try give(path)
  }

  private static func findBinaries() throws(LocalServerError) -> String {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let found = folders.compactMap(Int.init).sorted().reversed().map { "/usr/lib/postgresql/\($0)/bin" }
      .first { access("\($0)/initdb", X_OK) == 0 }
    if let found { return found }
    if let initdb = ChildCommand.path(of: "initdb") {
      return URL(fileURLWithPath: initdb).deletingLastPathComponent().path
    }
    throw LocalServerError(.notInstalled, "PostgreSQL is not installed; scripts/setup installs it")
  }
}
