import COpenSSL

/// A private key that signs: P-256 (ES256), RSA (RS256) or Ed25519. Any thread may use it.
@safe public final class PrivateKey: @unchecked Sendable {
  /// What a key is good for.
  public enum Kind: String, Sendable { case p256, rsa, ed25519 }

  public let kind: Kind
  let handle: OpaquePointer

  /// - Parameter pem: PKCS#8, as Apple's .p8 files and Google's service accounts hold it, or the older SEC1 and PKCS#1;
  ///   not encrypted.
  /// - Throws: `badKey` for anything else, and for RSA below 2,048 bits.
  public init(pem: String) throws(SigningError) {
    // Without a callback of its own OpenSSL would ask at the terminal for a password.
    let read = unsafe MemoryText.read(pem) { unsafe PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    guard let handle = unsafe read else {
      throw SigningError.openSSL(.badKey, "no private key can be read (PEM, not encrypted, is expected)")
    }
    guard let kind = unsafe Self.kind(of: handle) else {
      unsafe EVP_PKEY_free(handle)
      throw SigningError(.badKey, "the private key is none of P-256, RSA of 2,048 bits or more, Ed25519")
    }
    (self.kind, unsafe self.handle) = (kind, unsafe handle)
  }

  /// Frees `handle` in the end.
  init(_ kind: Kind, owned handle: OpaquePointer) { (self.kind, unsafe self.handle) = (kind, unsafe handle) }

  deinit { unsafe EVP_PKEY_free(handle) }

  static func kind(of key: OpaquePointer) -> Kind? {
    switch unsafe EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_EC: unsafe EVP_PKEY_get_bits(key) == 256 ? .p256 : nil
    case EVP_PKEY_RSA: unsafe EVP_PKEY_get_bits(key) >= 2_048 ? .rsa : nil
    case EVP_PKEY_ED25519: .ed25519
    default: nil
    }
  }

  /// Signs with SHA-256 (Ed25519: as it is).
  /// - Returns: ES256 as JWT has it, r and s in 32 bytes each; RSA by PKCS #1 v1.5; Ed25519's 64 bytes.
  public func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    let signature = try raw(message)
    return kind == .p256 ? try ECDSASignature.fixed(signature) : signature
  }

  private func raw(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    let digest = unsafe kind == .ed25519 ? nil : EVP_sha256()
    var count = 0
    guard unsafe EVP_DigestSignInit(context, nil, digest, nil, handle) == 1,
      unsafe EVP_DigestSign(context, nil, &count, message, message.count) == 1
    else { throw SigningError.openSSL(.failed, "cannot sign") }
    var signature = [UInt8](repeating: 0, count: count)
    guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
      throw SigningError.openSSL(.failed, "cannot sign")
    }
    return Array(signature[..<count])
  }
}
