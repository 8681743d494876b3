import Foundation
import LocalServers
import TestSupport
import Testing

extension Tag {
  /// Takes a minute, as it builds a package.
  @Tag static var slow: Self
}

@Suite("A service's own package")
struct ServicePackageTests {
  private static let manifest = """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "service",
      dependencies: [.package(name: "bongsu", path: "\(Repository.path)")],
      targets: [
        .executableTarget(
          name: "service", dependencies: [.product(name: "OutboxClient", package: "bongsu")], path: "service")
      ]
    )
    """

  /// A driver that waits with `await`, and an event named like ours.
  private static let source = #"""
    import OutboxClient

    struct Event: Encodable { var order: Int }

    final class Transaction: OutboxTransaction {
      func run(_ statement: OutboxStatement) async throws {
        print(statement.sql.prefix(24), statement.parameters[2] ?? "")
      }
    }

    let event = try OutboxEvent(aggregateType: "user", aggregateID: "user-1", type: "made", payload: Event(order: 7))
    try await OutboxWriter().enqueue(event, in: Transaction())
    try await OutboxWriter().enqueue(
      .notification(
        to: .user(42), template: "order_shipped", parameters: ["order": "A-\(7)"], category: "transactional"),
      in: Transaction())
    """#

  /// No system library can be found: pkg-config has nowhere to look. Beyond that the build's modules are looked at, as
  /// headers in /usr/include would be found without it.
  @Test(.tags(.slow))
  func `a service that links OutboxClient builds without a -dev package, and no other module of ours`() throws {
    let directory = try TemporaryDirectory(prefix: "bongsu-service")
    try FileManager.default.createDirectory(atPath: directory.file("service"), withIntermediateDirectories: true)
    try Self.manifest.write(toFile: directory.file("Package.swift"), atomically: true, encoding: .utf8)
    try Self.source.write(toFile: directory.file("service/main.swift"), atomically: true, encoding: .utf8)

    var build = ChildCommand("swift", ["build", "--package-path", directory.path])
    build.environment = ["PKG_CONFIG_PATH": directory.file("nowhere"), "PKG_CONFIG_LIBDIR": ""]
    try ChildProcess.run(build, timeout: .seconds(300))

    let modules = try FileManager.default.contentsOfDirectory(atPath: directory.file(".build/debug/Modules"))
    let names = Set(modules.filter { $0.hasSuffix(".swiftmodule") }.map { $0.replacing(".swiftmodule", with: "") })
    #expect(names == ["service", "OutboxClient", "NotificationModel"])
    let lines = try ChildProcess.run(ChildCommand(directory.file(".build/debug/service")))
    #expect(lines == ["INSERT INTO outbox.event user-1", "INSERT INTO outbox.event 42"])
  }
}
