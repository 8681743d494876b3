import Foundation
import Glibc
import LocalServers

/// nghttpx, a reverse proxy that is not ours (Debian's nghttp2-proxy): HTTP/2 over TLS on both of its sides.
public final class NGHTTPXServer {
  public let port: UInt16
  /// Of 127.0.0.1 alone, and its own authority.
  public let certificate: TestCertificate
  private let command: ChildCommand
  private let directory: TemporaryDirectory
  private var process: ChildProcess

  /// - Parameters:
  ///   - backend: a port of this machine, at a server whose certificate is localhost's.
  ///   - authorityFile: of that certificate.
  public init(to backend: UInt16, authorityFile: String) throws {
    (port, certificate) = (try FreePort.find(), try TestCertificate())
    directory = try TemporaryDirectory(prefix: "bongsu-nghttpx")
    let log = directory.file("access.log")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    command = ChildCommand(
      "nghttpx",
      [
        "--conf=/dev/null", "--frontend=127.0.0.1,\(port)",
        "--backend=127.0.0.1,\(backend);;proto=h2;tls;sni=localhost", "--cacert=\(authorityFile)", "--no-ocsp",
        // A server that was away is not waited for as long as two minutes.
        "--backend-max-backoff=1", "--workers=1", "--accesslog-file=\(log)", "--accesslog-format=$alpn $status",
        "--errorlog-file=/dev/stderr", certificate.keyFile, certificate.file,
      ])
    process = try ChildProcess(command)
    try waitUntilListening()
  }

  deinit { stop() }

  public var url: String { "https://127.0.0.1:\(port)" }
  public var authorityFile: String { certificate.file }

  /// The protocol and status of each answer so far, as `h2 200`.
  public func answers() throws -> [String] {
    try String(contentsOfFile: directory.file("access.log"), encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Another worker takes new connections; the old one tells its clients to go away, and ends when all is answered.
  public func reload() throws {
    let mark = process.lineCount
    process.signal(SIGHUP)
    try process.waitForLine(containing: "Graceful shutdown commencing", after: mark)
  }

  /// It tells its clients to go away, ends when all is answered, and another is started in its place.
  public func restart() throws {
    process.signal(SIGQUIT)
    try process.waitForExit(timeout: .seconds(60))
    process = try ChildProcess(command)
    try waitUntilListening()
  }

  public func stop() { process.stop(SIGTERM) }

  private func waitUntilListening() throws { try process.waitForLine(containing: "Created worker thread") }
}
