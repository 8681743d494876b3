import HTTPTransfer
import Runtime
import Testing

@Suite("Settings of an SMTP client") struct SMTPClientSettingsTests {
  static let faults: [@Sendable (inout SMTPClientSettings) -> Void] = [
    { $0.connections = 0 }, { $0.mailsPerConnection = 0 }, { $0.host = "" }, { $0.host = "a/b" }, { $0.host = "a@b" },
    { $0.host = "a\r\nb" }, { $0.host = "a b" }, { $0.port = 0 }, { $0.helloName = "" }, { $0.helloName = "a b" },
    { $0.helloName = "a\r\nMAIL" }, { $0.helloName = "a%0d%0ab" }, { $0.helloName = "a/b" },
    { ($0.host, $0.security) = ("mail.example.com", .plain) },
    { ($0.host, $0.security) = ("127.evil.example", .plain) },
    { $0.credentials = .init(user: "", password: "a") }, { $0.credentials = .init(user: "a\u{0}b", password: "a") },
    { $0.credentials = .init(user: "a", password: "b\r\n") },
  ]

  @Test(arguments: faults.indices) func `that cannot be kept are refused`(place: Int) {
    var settings = SMTPClientSettings(host: "mail.example.com", port: 587)
    Self.faults[place](&settings)
    #expect {
      try SMTPClient(settings) { _ in }
    } throws: { error in
      let failure = error as? SMTPFailure
      guard case .stop = failure?.disposition else { return false }
      return failure?.code == .configuration
    }
  }

  static let sound: [@Sendable (inout SMTPClientSettings) -> Void] = [
    { _ in }, { ($0.host, $0.security) = ("::1", .plain) }, { ($0.host, $0.security) = ("localhost", .plain) },
    { ($0.security, $0.allowsPlaintext) = (.plain, true) }, { $0.helloName = "[192.0.2.1]" },
    { $0.security = .implicitTLS }, { $0.credentials = .init(user: "é", password: "") },
  ]

  @Test(arguments: sound.indices) func `that can be kept are taken`(place: Int) throws {
    var settings = SMTPClientSettings(host: "mail.example.com", port: 587)
    Self.sound[place](&settings)
    try SMTPClient(settings) { _ in }.stop(within: .zero)
  }
}
