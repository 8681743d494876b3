import Foundation
import LocalServers
import TestSupport
import Testing

/// Packages that others are to begin with. What they are built of is built already, so that only they are looked at: in
/// seconds instead of the minutes that a build of their own takes.
@Suite struct ExamplePackageTests {
  private static let names = ["orders", "webhook"]

  private func sources(_ folder: String, named name: String) throws -> [String] {
    let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    return files.filter { ($0 as NSString).lastPathComponent.hasSuffix(name) }.map { folder + "/" + $0 }
  }

  @Test func `there is no other`() throws {
    #expect(try FileManager.default.contentsOfDirectory(atPath: Repository.path + "/Examples").sorted() == Self.names)
  }

  @Test(arguments: names)
  func `what a package asks for is offered`(name: String) throws {
    let folder = try TemporaryDirectory(prefix: "bongsu-example")
    let lines = try ChildProcess.run(
      ChildCommand(
        "swift",
        [
          "package", "--package-path", "\(Repository.path)/Examples/\(name)", "--scratch-path", folder.path,
          "show-dependencies",
        ]), timeout: .seconds(120))
    #expect(lines.contains { $0.contains(Repository.path) })
  }

  @Test(arguments: names)
  func `its sources compile without a warning`(name: String) throws {
    let flags = try ChildProcess.run(
      ChildCommand("pkg-config", ["--cflags", "libpq", "rdkafka", "hiredis", "libcurl", "openssl", "yaml-0.1"])
    ).flatMap { $0.split(separator: " ") }.flatMap { ["-Xcc", String($0)] }
    let maps = try sources(Repository.path + "/Sources", named: "module.modulemap")
      .flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    let files = try sources("\(Repository.path)/Examples/\(name)/Sources", named: ".swift")
    #expect(!files.isEmpty)
    try ChildProcess.run(
      ChildCommand(
        "swiftc",
        ["-typecheck", "-warnings-as-errors", "-swift-version", "6", "-I", Repository.path + "/.build/debug/Modules"]
          + flags + maps + files), timeout: .seconds(120))
  }
}
