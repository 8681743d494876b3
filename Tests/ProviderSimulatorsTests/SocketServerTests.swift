import Foundation
import LocalServers
import Testing

@testable import ProviderSimulators

/// Sockets and TLS under a conversation that has much to say.
@Suite struct SocketServerTests {
  /// Answers anything with many bytes and the end.
  private final class Flood: Conversation {
    private var link: Link?

    func opened(_ link: Link) { self.link = link }
    func received(_ bytes: RawSpan) {
      link?.send("HTTP/1.0 200 OK\r\n\r\n".utf8)
      link?.send([UInt8](repeating: UInt8(ascii: "x"), count: SocketServerTests.bytes))
      link?.end()
    }
    func closed() { link = nil }
  }

  /// Says a word and ends.
  private final class Farewell: Conversation {
    private let politely: Bool

    init(politely: Bool) { self.politely = politely }

    func opened(_ link: Link) {
      link.send("word\n".utf8)
      link.end(politely: politely)
    }
    func received(_ bytes: RawSpan) {}
  }

  /// More than a socket takes at once.
  private static let bytes = 8 << 20

  private func server(_ context: TLSContext?) throws -> SocketServer {
    try SocketServer(name: "flood", port: 0) { _ in ConnectionRole(context: context, conversation: Flood()) }
  }

  /// How many bytes curl took, and its exit code.
  private func download(_ url: String, _ options: [String] = []) throws -> (bytes: Int?, code: ChildExit) {
    let directory = try TemporaryDirectory()
    let common = ["-sS", "--noproxy", "*", "-o", directory.file("taken"), "-w", "%{size_download}\n"]
    let process = try ChildProcess(ChildCommand("curl", common + options + [url]))
    let code = try process.waitForExit()
    try process.waitForOutputEnd()
    return (process.lines.compactMap { Int($0) }.first, code)
  }

  @Test func `much more than a socket takes at once arrives, with and without TLS`() throws {
    let plain = try server(nil)
    let open = try download("http://127.0.0.1:\(plain.port)/")
    #expect((open.bytes, open.code) == (Self.bytes, .code(0)))
    let authority = try CertificateAuthority()
    let sealed = try server(authority.context(names: CertificateAuthority.standardNames, protocols: []))
    let secret = try download("https://127.0.0.1:\(sealed.port)/", ["--cacert", authority.caFile])
    #expect((secret.bytes, secret.code) == (Self.bytes, .code(0)))
  }

  @Test(arguments: [true, false]) func `an end has TLS's goodbye when it is polite`(politely: Bool) throws {
    let authority = try CertificateAuthority()
    let context = try authority.context(names: CertificateAuthority.standardNames, protocols: [])
    let server = try SocketServer(name: "farewell", port: 0) { _ in
      ConnectionRole(context: context, conversation: Farewell(politely: politely))
    }
    let options = ["-CAfile", authority.caFile, "-verify_return_error", "-quiet"]
    let client = try ChildProcess(
      ChildCommand("openssl", ["s_client", "-connect", "127.0.0.1:\(server.port)"] + options))
    try client.waitForExit()
    try client.waitForOutputEnd()
    #expect(client.lines.contains("word"))
    #expect(client.lines.contains { $0.contains("unexpected eof") } == !politely)
  }

  @Test func `a port that is taken is told`() throws {
    let first = try server(nil)
    let error = #expect(throws: SimulatorError.self) {
      try SocketServer(name: "second", port: first.port) { _ in
        ConnectionRole(context: nil, conversation: Flood())
      }
    }
    #expect(error?.code == .cannotListen)
    #expect(error?.description.contains("\(first.port)") == true)
  }

  @Test func `an authority's file goes with it`() throws {
    var authority: CertificateAuthority? = try CertificateAuthority()
    let file = try #require(authority?.caFile)
    #expect(FileManager.default.fileExists(atPath: file))
    authority = nil
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(throws: SimulatorError.self) { try CertificateAuthority(caFile: "/nowhere/authority.pem") }
  }
}
