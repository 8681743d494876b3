import Foundation
import LocalServers
import Testing

@testable import Signing

/// Keys are made, and signatures checked, by the openssl command: another hand than the one that signs.
@Suite struct PrivateKeyTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func openSSL(_ arguments: String...) throws -> [String] {
    try ChildProcess.run(ChildCommand("openssl", arguments))
  }

  private func key(_ algorithm: String, _ option: String? = nil) throws -> String {
    let path = directory.file("key.pem")
    let options = option.map { ["-pkeyopt", $0] } ?? []
    try ChildProcess.run(ChildCommand("openssl", ["genpkey", "-algorithm", algorithm, "-out", path] + options))
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  private func verify(_ message: [UInt8], _ signature: [UInt8], _ options: [String]) throws -> Bool {
    let (text, signed, key) = (directory.file("text"), directory.file("signed"), directory.file("public.pem"))
    try Data(message).write(to: URL(fileURLWithPath: text))
    try Data(signature).write(to: URL(fileURLWithPath: signed))
    _ = try openSSL("pkey", "-in", directory.file("key.pem"), "-pubout", "-out", key)
    let arguments = ["pkeyutl", "-verify", "-pubin", "-inkey", key, "-in", text, "-sigfile", signed, "-rawin"]
    return try ChildProcess.run(ChildCommand("openssl", arguments + options)).contains { $0.contains("Verified") }
  }

  /// As DER, which the command wants.
  private func der(_ fixed: [UInt8]) -> [UInt8] {
    func number(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let short = bytes.drop { $0 == 0 }
      let body = (short.first ?? 0x80) >= 0x80 ? [0] + short : Array(short)
      return [2, UInt8(body.count)] + body
    }
    let body = number(fixed[..<32]) + number(fixed[32...])
    return [0x30, UInt8(body.count)] + body
  }

  @Test func `P-256 signs in 64 bytes`() throws {
    let key = try PrivateKey(pem: key("EC", "ec_paramgen_curve:P-256"))
    #expect(key.kind == .p256)
    let message = Array("message".utf8)
    for _ in 0..<20 {
      let signature = try key.sign(message)
      #expect(signature.count == 64)
      #expect(try verify(message, der(signature), ["-digest", "sha256"]))
    }
  }

  @Test func `RSA signs by PKCS 1, Ed25519 as it is`() throws {
    let message = Array("message".utf8)
    let rsa = try PrivateKey(pem: key("RSA", "rsa_keygen_bits:2048"))
    #expect(rsa.kind == .rsa)
    #expect(try verify(message, rsa.sign(message), ["-digest", "sha256"]))
    let ed25519 = try PrivateKey(pem: key("ED25519"))
    #expect(ed25519.kind == .ed25519)
    #expect(try verify(message, ed25519.sign(message), []))
  }

  @Test func `a token names its algorithm and key, and is signed as a whole`() throws {
    let key = try PrivateKey(pem: key("EC", "ec_paramgen_curve:P-256"))
    let token = try JSONWebToken.sign(["iss": "team", "aud": "a/b"], key: key, keyID: "K1")
    let parts = token.split(separator: ".")
    try #require(parts.count == 3)
    #expect(Base64URL.decode(parts[0]) == Array(#"{"alg":"ES256","kid":"K1","typ":"JWT"}"#.utf8))
    #expect(Base64URL.decode(parts[1]) == Array(#"{"aud":"a/b","iss":"team"}"#.utf8))
    let signature = try #require(Base64URL.decode(parts[2]))
    #expect(try verify(Array("\(parts[0]).\(parts[1])".utf8), der(signature), ["-digest", "sha256"]))
    let ed25519 = try PrivateKey(pem: self.key("ED25519"))
    #expect(throws: SigningError.self) { try JSONWebToken.sign(["a": "b"], key: ed25519) }
  }

  @Test func `what is no usable key is refused without a word of it`() throws {
    let short = try key("RSA", "rsa_keygen_bits:1024")
    let other = try key("EC", "ec_paramgen_curve:P-384")
    let half = String(try key("ED25519").prefix(60))
    for text in ["", "secret", half, short, other] {
      let error = #expect(throws: SigningError.self) { try PrivateKey(pem: text) }
      #expect(error?.code == .badKey)
      #expect(text.isEmpty || error?.description.contains(text.suffix(6)) == false)
    }
  }

  @Test func `an encrypted key does not ask for a password`() throws {
    _ = try key("EC", "ec_paramgen_curve:P-256")
    let sealed = directory.file("sealed.pem")
    _ = try openSSL("pkcs8", "-topk8", "-in", directory.file("key.pem"), "-out", sealed, "-passout", "pass:abcd")
    let text = try String(contentsOfFile: sealed, encoding: .utf8)
    #expect(throws: SigningError.self) { try PrivateKey(pem: text) }
  }
}
