import Configuration
import Foundation
import HTTPTransfer
import LocalServers
import TestSupport
import Testing

@testable import Providers

@Suite("The section apns") struct APNsSectionTests {
  private func read(
    _ text: String, _ body: (ConfigurationReader) -> APNsSettings? = { APNsSettings(root: $0) }
  ) throws -> (settings: APNsSettings?, problems: [String]) {
    let root = ConfigurationReader(file: try ConfigurationFile(text: text, name: "bongsu.yaml"))
    let settings = body(root)
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  /// With a key in a file of its own.
  private func withKey(_ pem: String, _ body: (String) throws -> Void) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    try pem.write(toFile: folder.file("key.p8"), atomically: true, encoding: .utf8)
    try body(folder.file("key.p8"))
  }

  @Test func `what it says counts`() throws {
    let key = try Deliveries.key()
    try withKey(key) { path in
      let (settings, problems) = try read(
        """
        apns:
          teamID: ABCDE12345
          keyID: KEY1234567
          keyFile: \(path)
          production: https://localhost:1
          sandbox: https://localhost:2
          expiration: 1h
          sound: none
          connections: 2
          timeout: 9s
          authorityFile: /ca.pem
        """)
      #expect(problems == [])
      let apns = try #require(settings)
      #expect(apns.teamID == "ABCDE12345" && apns.keyID == "KEY1234567")
      #expect(
        apns.key.trimmingCharacters(in: .whitespacesAndNewlines) == key.trimmingCharacters(in: .whitespacesAndNewlines))
      #expect(apns.production == "https://localhost:1" && apns.sandbox == "https://localhost:2")
      #expect(apns.expiration == .seconds(3_600) && apns.sound == nil)
      #expect(apns.client.connections == 2 && apns.client.timeout == .seconds(9))
      #expect(apns.client.authorityFile == "/ca.pem" && apns.client.headers.contains("apns-id"))
    }
  }

  @Test func `what it needs is named, all at once`() throws {
    let (settings, problems) = try read("log: {}\n") { root in
      root.leave("log")
      return APNsSettings(root: root)
    }
    #expect(settings == nil && problems.count == 3)
    for name in ["apns.teamID", "apns.keyID", "apns.key"] {
      #expect(problems.contains { $0.contains("\(name) is missing") }, "\(problems)")
    }
  }

  @Test(arguments: [
    ("teamID: abc", "ten capital letters and digits"), ("keyID: KEY-123456", "ten capital letters and digits"),
    ("production: http://api.example", "https://HOST"), ("sandbox: https://a/b", "https://HOST"),
    ("production: https://user@host", "https://HOST"), ("expiration: 31d", "apns.expiration"),
    ("connections: 0", "apns.connections"), ("timeout: 0s", "apns.timeout"), ("key: not-a-key", "no usable key"),
    ("keyFile: /nowhere/key.p8", "cannot read"),
  ])
  func `what it cannot use is named with its line`(text: String, words: String) throws {
    let (_, problems) = try read("apns: {\(text)}") { root in
      APNsSettings.check(root: root)
      return nil
    }
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("bongsu.yaml:1:") == true && !problems[0].contains("not-a-key"), "\(problems)")
  }

  @Test func `a key of another kind is refused by its kind`() throws {
    try withKey(try Deliveries.rsaKey()) { path in
      let (settings, problems) = try read("apns: {teamID: ABCDE12345, keyID: KEY1234567, keyFile: \(path)}")
      #expect(settings == nil && problems.count == 1)
      #expect(problems.first?.contains("holds a key of kind rsa, and p256 is needed") == true, "\(problems)")
    }
  }
}
