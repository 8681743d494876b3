import Foundation
import LocalServers

/// nghttpd, a server of HTTP/2 over TLS that is not ours (Debian's nghttp2-server). It serves one file and takes any
/// POST to it.
public final class NGHTTPDServer: Sendable {
  public let port: UInt16
  /// Of 127.0.0.1 alone, and its own authority.
  public let certificate: TestCertificate
  private let directory: TemporaryDirectory
  private let process: ChildProcess

  public init(
    port: UInt16? = nil, certificate: TestCertificate? = nil, arguments: [String] = []
  ) throws {
    let (chosen, certificate) = (try port ?? FreePort.find(), try certificate ?? TestCertificate())
    directory = try TemporaryDirectory(prefix: "bongsu-nghttpd")
    try "hello\n".write(toFile: directory.file("index.html"), atomically: true, encoding: .utf8)
    process = try ChildProcess(
      ChildCommand(
        "nghttpd",
        ["-a", "127.0.0.1", "-d", directory.path] + arguments + [
          "\(chosen)", certificate.keyFile, certificate.file,
        ]))
    (self.port, self.certificate) = (chosen, certificate)
    // It does not say that it listens.
    try eventually("nghttpd listens") { !FreePort.isFree(chosen) }
  }

  public var url: String { "https://127.0.0.1:\(port)/index.html" }
  public var authorityFile: String { certificate.file }

  public func stop() throws {
    process.signal(9)
    _ = try process.waitForExit()
  }
}

/// A certificate for 127.0.0.1, made by openssl, that is its own authority.
public final class TestCertificate: Sendable {
  private let directory: TemporaryDirectory
  public let file: String
  public let keyFile: String

  public init(name: String = "IP:127.0.0.1") throws {
    directory = try TemporaryDirectory(prefix: "bongsu-certificate")
    (file, keyFile) = (directory.file("certificate.pem"), directory.file("key.pem"))
    try ChildProcess.run(
      ChildCommand(
        "openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
          "/CN=test", "-addext", "subjectAltName=\(name)", "-keyout", keyFile, "-out", file,
        ]))
  }
}
