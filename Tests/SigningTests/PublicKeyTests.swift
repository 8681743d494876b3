import Foundation
import LocalServers
import Testing

@testable import Signing

/// Keys and signatures are the openssl command's, where they are not to be our own.
@Suite struct PublicKeyTests {
  private let directory: TemporaryDirectory
  private let message = Array("message".utf8)

  init() throws { directory = try TemporaryDirectory() }

  private func openSSL(_ arguments: String...) throws {
    try ChildProcess.run(ChildCommand("openssl", arguments))
  }

  /// A public key, and its signature of `message`, as the command gives them.
  private func signed(_ algorithm: String, _ option: String) throws -> (key: PublicKey, signature: [UInt8]) {
    let (secret, open) = (directory.file("key.pem"), directory.file("public.pem"))
    let (text, result) = (directory.file("text"), directory.file("signature"))
    try openSSL("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", secret)
    try openSSL("pkey", "-in", secret, "-pubout", "-out", open)
    try Data(message).write(to: URL(fileURLWithPath: text))
    try openSSL("dgst", "-sha256", "-sign", secret, "-out", result, text)
    let key = try PublicKey(pem: String(contentsOfFile: open, encoding: .utf8))
    return (key, Array(try Data(contentsOf: URL(fileURLWithPath: result))))
  }

  @Test func `a signature of openssl's by P-256 is known once it has JWT's form`() throws {
    let (key, der) = try signed("EC", "ec_paramgen_curve:P-256")
    let signature = try ECDSASignature.fixed(der)
    #expect(key.kind == .p256)
    #expect(key.isSignature(signature, of: message))
    #expect(!key.isSignature(der, of: message))
    #expect(!key.isSignature(signature, of: message + [0]))
  }

  @Test func `a signature of openssl's by RSA is known`() throws {
    let (key, signature) = try signed("RSA", "rsa_keygen_bits:2048")
    #expect(key.kind == .rsa)
    #expect(key.isSignature(signature, of: message))
    #expect(!key.isSignature(signature, of: message + [0]))
  }

  @Test(arguments: [PrivateKey.Kind.p256, .rsa, .ed25519])
  func `a made key signs, its other half checks, and both come back from PEM`(kind: PrivateKey.Kind) throws {
    let made = try PrivateKey.make(kind)
    let (key, again) = (try PublicKey(pem: made.publicKey.pem), try PrivateKey(pem: made.pem))
    #expect([made.kind, again.kind, key.kind] == [kind, kind, kind])
    #expect(key.isSignature(try again.sign(message), of: message))
  }

  @Test(arguments: [PrivateKey.Kind.p256, .rsa, .ed25519])
  func `no changed bit, other key or other length passes`(kind: PrivateKey.Kind) throws {
    let made = try PrivateKey.make(kind)
    let (key, signature) = (try made.publicKey, try made.sign(message))
    for index in [0, signature.count / 2, signature.count - 1] {
      var changed = signature
      changed[index] ^= 1
      #expect(!key.isSignature(changed, of: message))
    }
    #expect(!key.isSignature(Array(signature.dropLast()), of: message))
    #expect(!key.isSignature([], of: message))
    #expect(!key.isSignature([UInt8](repeating: 0, count: 64), of: message))
    #expect(try !PrivateKey.make(kind).publicKey.isSignature(signature, of: message))
  }

  @Test func `what is no usable public key is refused`() throws {
    let secret = try PrivateKey.make(.p256).pem
    let (weak, short) = (directory.file("weak.pem"), directory.file("short.pem"))
    try openSSL("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", weak)
    try openSSL("pkey", "-in", weak, "-pubout", "-out", short)
    for text in ["", "secret", secret, try String(contentsOfFile: short, encoding: .utf8)] {
      let error = #expect(throws: SigningError.self) { try PublicKey(pem: text) }
      #expect(error?.code == .badKey)
    }
  }
}
