import Foundation
import Glibc
import Testing

@testable import Postgres

/// A PostgreSQL of this test run alone, in a directory of its own. A shell owns it and waits on its standard input, so
/// the server ends with the test run however that ends.
final class PrivateServer: @unchecked Sendable {
  static let password = "correct-horse"
  private static let started = Result { try PrivateServer() }
  static var shared: PrivateServer { get throws { try started.get() } }

  /// A missing server skips, unless the run demands one.
  static let isWanted =
    ProcessInfo.processInfo.environment["BONGSU_REQUIRE"]?.contains("postgres") == true || binaries != nil

  private static let binaries = output("/usr/bin/env", "pg_config", "--bindir")

  private let shell = Process()
  private let input = Pipe()
  let port = PrivateServer.freePort()

  private static let script = """
    dir=$(mktemp -d); trap '"$1/pg_ctl" -D "$dir/data" -m ${mode:-immediate} -w stop; rm -rf "$dir"' EXIT
    trap exit INT TERM
    echo \(password) > "$dir/password"
    "$1/initdb" -D "$dir/data" -U postgres -A scram-sha-256 --pwfile="$dir/password" -N -E UTF8 --locale=C || exit 1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2 \
      -keyout "$dir/data/server.key" -out "$dir/data/server.crt" || exit 1
    "$1/pg_ctl" -D "$dir/data" -l "$dir/log" -w start -o "-p $2 -k $dir -h 127.0.0.1 -c wal_level=logical -c ssl=on -F \\
      -c max_wal_senders=30 -c max_replication_slots=60 $3" || exit 1
    echo ready
    read mode
    """

  struct Failed: Error {}

  /// `options` are added to the server's command line.
  init(options: String = "") throws {
    guard let binaries = Self.binaries else { throw Failed() }
    // PostgreSQL refuses to run as root.
    let user = getuid() == 0 ? ["runuser", "-u", "postgres", "--"] : []
    shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    shell.arguments = user + ["sh", "-c", Self.script, "sh", binaries, "\(port)", options]
    shell.currentDirectoryURL = URL(fileURLWithPath: "/")
    let output = Pipe()
    (shell.standardInput, shell.standardOutput, shell.standardError) = (input, output, FileHandle.nullDevice)
    try shell.run()
    var text = ""
    while !text.hasSuffix("ready\n") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { throw Failed() }
      text += String(decoding: data, as: UTF8.self)
    }
  }

  /// Stops the server as `fast` or `immediate` and waits until it is gone.
  func stop(_ mode: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data("\(mode)\n".utf8))
    shell.waitUntilExit()
  }

  func settings(database: String = "postgres", password: String = PrivateServer.password) throws -> ConnectionSettings {
    try ConnectionSettings(conninfo: "host=127.0.0.1 port=\(port) user=postgres dbname=\(database) sslmode=disable")
      .setting("password", password)
  }

  /// The settings of a new, empty database.
  func newDatabase() throws -> ConnectionSettings {
    let name = "t\(UInt64.random(in: 0...UInt64.max))"
    try PostgresConnection(settings()).execute("CREATE DATABASE \(name)")
    return try settings(database: name)
  }

  private static func output(_ program: String, _ arguments: String...) -> String? {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    guard (try? process.run()) != nil, let data = try? pipe.fileHandleForReading.readToEnd() else { return nil }
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A port that was free a moment ago.
  static func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        _ = bind(descriptor, raw, length)
        getsockname(descriptor, raw, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}

extension Trait where Self == ConditionTrait {
  static var needsPostgres: Self { .enabled("PostgreSQL is not installed") { PrivateServer.isWanted } }
}
