import Foundation
import LocalServers

/// A key pair that the openssl command makes.
public struct TestKey {
  public let pem: String
  public let publicPEM: String

  public static func p256() throws -> TestKey { try TestKey("EC", "ec_paramgen_curve:P-256") }
  public static func rsa() throws -> TestKey { try TestKey("RSA", "rsa_keygen_bits:2048") }
  public static func ed25519() throws -> TestKey { try TestKey("ED25519") }

  private init(_ algorithm: String, _ option: String? = nil) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("key.pem")
    let options = option.map { ["-pkeyopt", $0] } ?? []
    try ChildProcess.run(ChildCommand("openssl", ["genpkey", "-algorithm", algorithm, "-out", path] + options))
    pem = try String(contentsOfFile: path, encoding: .utf8)
    publicPEM = try ChildProcess.run(ChildCommand("openssl", ["pkey", "-in", path, "-pubout"])).joined(separator: "\n")
  }

  /// As a DNS record has it: the whole structure for RSA, the bare 32 bytes for Ed25519 (RFC 8463, section 4).
  public func record(_ kind: String) throws -> String {
    let lines = publicPEM.split(separator: "\n").filter { !$0.hasPrefix("-----") }
    guard kind == "ed25519", let der = Data(base64Encoded: lines.joined()) else {
      return "v=DKIM1; k=\(kind); p=\(lines.joined())"
    }
    return "v=DKIM1; k=ed25519; p=\(der.suffix(32).base64EncodedString())"
  }
}
