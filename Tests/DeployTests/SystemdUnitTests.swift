import Foundation
import LocalServers
import TestSupport
import Testing

@Suite("The systemd unit")
struct SystemdUnitTests {
  private static let unit = "deploy/systemd/bongsu-relay.service"

  /// The values of a directive, in their order.
  private func values(_ directive: String) throws -> [String] {
    try DeployFile.text(Self.unit).split(separator: "\n").filter { $0.hasPrefix(directive + "=") }
      .map { String($0.dropFirst(directive.count + 1)) }
  }

  /// A unit with the built executable in the place of the installed one.
  private func verifiable(_ unit: String = Self.unit, in folder: TemporaryDirectory) throws -> String {
    let text = try DeployFile.text(unit).replacing(
      "ExecStart=/usr/bin/bongsu ", with: "ExecStart=\(BongsuProcess.executable) ")
    let path = folder.file(URL(fileURLWithPath: unit).lastPathComponent)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(.requires(.systemd), arguments: ["relay", "broker", "router", "recorder", "worker@", "redrive", "audit"])
  func `systemd knows every directive and finds nothing wrong`(role: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let unit = try verifiable("deploy/systemd/bongsu-\(role).service", in: folder)
    let (exit, lines) = try run("systemd-analyze", ["verify", "--recursive-errors=no", unit])
    #expect(exit.isSuccess && !lines.contains { $0.contains("bongsu-\(role)") }, "\(lines)")
  }

  /// 1.1 of 10, as the relay.
  @Test(.requires(.systemd), arguments: ["router", "recorder", "worker@", "redrive", "audit"])
  func `a role that keeps nothing has the network and local sockets, no more`(role: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let unit = try verifiable("deploy/systemd/bongsu-\(role).service", in: folder)
    let (exit, lines) = try run(
      "systemd-analyze", ["security", "--offline=true", "--threshold=11", "--no-pager", unit])
    #expect(exit.isSuccess, "\(lines.joined(separator: "\n"))")
  }

  @Test func `the key that systemd hands over reaches the worker`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try DeployFile.text("deploy/systemd/bongsu-worker@push.ios.service.d/provider.conf")
    let (_, variable, name) = try #require(text.firstMatch(of: #/Environment=([A-Z_]+)=%d\/([a-z-]+)/#)).output
    #expect(text.contains("LoadCredential=\(name):"))
    _ = try run(
      "openssl",
      [
        "genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        folder.file(String(name)),
      ])
    let (exit, lines) = try BongsuProcess.run(
      ["config", "show", "--config", DeployFile.path("deploy/bongsu.yaml")],
      environment: [String(variable): folder.file(String(name))])
    #expect(exit.isSuccess && lines.contains { $0.hasPrefix("apns.key: ***") }, "\(lines)")
  }

  /// 1.3 of 10: as the relay, and its directory.
  @Test(.requires(.systemd)) func `the broker keeps the network and its own directory, no more`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let unit = try verifiable("deploy/systemd/bongsu-broker.service", in: folder)
    let (exit, lines) = try run(
      "systemd-analyze", ["security", "--offline=true", "--threshold=13", "--no-pager", unit])
    #expect(exit.isSuccess, "\(lines.joined(separator: "\n"))")
  }

  /// 1.1 of 10. The clock's device comes with ProtectClock; addresses are each machine's own.
  @Test(.requires(.systemd)) func `the relay keeps the network, local sockets and a root directory to read, no more`()
    throws
  {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let arguments = ["security", "--offline=true", "--threshold=11", "--no-pager", try verifiable(in: folder)]
    let (exit, lines) = try run("systemd-analyze", arguments)
    #expect(exit.isSuccess, "\(lines.joined(separator: "\n"))")
    let left = Set(lines.filter { $0.hasPrefix("✗") }.compactMap { $0.split(separator: " ").dropFirst().first })
    #expect(
      left == [
        "PrivateNetwork=", "RestrictAddressFamilies=~AF_(INET|INET6)", "IPAddressDeny=",
        "RestrictAddressFamilies=~AF_UNIX", "RootDirectory=/RootImage=", "DeviceAllow=",
      ])
  }

  @Test func `the password that systemd hands over reaches the mail worker`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try DeployFile.text("deploy/systemd/bongsu-worker@email.service.d/provider.conf")
    let (_, variable, name) = try #require(text.firstMatch(of: #/Environment=([A-Z_]+)=%d\/([a-z-]+)/#)).output
    #expect(text.contains("LoadCredential=\(name):"))
    try "geheim\n".write(toFile: folder.file(String(name)), atomically: true, encoding: .utf8)
    let (exit, lines) = try BongsuProcess.run(
      ["config", "show", "--config", DeployFile.path("deploy/bongsu.yaml")],
      environment: [String(variable): folder.file(String(name))])
    #expect(exit.isSuccess && lines.contains { $0.hasPrefix("email.smtp.password: ***") }, "\(lines)")
  }

  @Test func `the database's password that systemd hands over reaches the worker that asks about text messages`() throws
  {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try DeployFile.text("deploy/systemd/bongsu-worker@sms.service.d/reports.conf")
    let (_, variable, name) = try #require(text.firstMatch(of: #/Environment=([A-Z_]+)=%d\/([a-z-]+)/#)).output
    #expect(text.contains("LoadCredential=\(name):"))
    try "geheim\n".write(toFile: folder.file(String(name)), atomically: true, encoding: .utf8)
    let (exit, lines) = try BongsuProcess.run(
      ["config", "show", "--set", "notification.dsn=dbname=n", "--config", DeployFile.path("deploy/bongsu.yaml")],
      environment: [String(variable): folder.file(String(name))])
    #expect(exit.isSuccess && lines.contains { $0.hasPrefix("notification.password: ***") }, "\(lines)")
  }

  @Test func `the file that systemd hands over reaches the worker of FCM, which judges it`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = try DeployFile.text("deploy/systemd/bongsu-worker@push.android.service.d/provider.conf")
    let (_, variable, name) = try #require(text.firstMatch(of: #/Environment=([A-Z_]+)=%d\/([a-z-]+)/#)).output
    #expect(text.contains("LoadCredential=\(name):"))
    try "{}".write(toFile: folder.file(String(name)), atomically: true, encoding: .utf8)
    let (exit, lines) = try BongsuProcess.run(
      ["config", "check", "--config", DeployFile.path("deploy/bongsu.yaml")],
      environment: [String(variable): folder.file(String(name))])
    #expect(exit == .code(2) && lines.contains { $0.contains("fcm.serviceAccountFile") }, "\(lines)")
  }

  @Test func `systemd waits longer for a stop than the relay takes at most`() throws {
    let timeout = try #require(values("TimeoutStopSec").first.flatMap { Int($0.dropLast()) })
    let shown = try BongsuProcess.run(["config", "show", "--config", DeployFile.path("deploy/bongsu.yaml")])
    let line = try #require(shown.lines.first { $0.hasPrefix("relay.stopDeadline: ") })
    let deadline = try #require(line.firstMatch(of: #/: ([0-9]+)s /#).flatMap { Int($0.1) })
    #expect(timeout > deadline)
  }

  @Test func `a configuration that is refused ends with the status that is not started again`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let path = folder.file("bongsu.yaml")
    try "relay: {slto: x}\n".write(toFile: path, atomically: true, encoding: .utf8)
    let words = try #require(values("ExecStart").first).split(separator: " ").dropFirst()
    let arguments = words.map { $0 == "/etc/bongsu/bongsu.yaml" ? path : String($0) }
    #expect(arguments.contains(path))
    let (exit, lines) = try BongsuProcess.run(arguments)
    #expect(lines.contains { $0.contains("unknown key relay.slto") }, "\(lines)")
    let prevented = try values("RestartPreventExitStatus").compactMap { Int32($0) }
    #expect(prevented.contains { exit == .code($0) }, "\(exit)")
  }

  @Test func `the password that systemd hands over reaches the relay`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    try "geheim\n".write(toFile: folder.file("postgres-password"), atomically: true, encoding: .utf8)
    let assignment = try #require(values("Environment").first).split(separator: "=").map(String.init)
    let name = try #require(values("LoadCredential").first?.prefix { $0 != ":" })
    #expect(assignment[1] == "%d/\(name)")
    let (exit, lines) = try BongsuProcess.run(
      ["config", "show", "--config", DeployFile.path("deploy/bongsu.yaml")],
      environment: [assignment[0]: assignment[1].replacing("%d", with: folder.path)])
    #expect(exit.isSuccess && lines.contains { $0.hasPrefix("relay.password: ***") }, "\(lines)")
  }
}
