import COpenSSL

/// A public key that checks signatures: P-256 (ES256), RSA (RS256) or Ed25519. Any thread may use it.
@safe public final class PublicKey: @unchecked Sendable {
  public let kind: PrivateKey.Kind
  private let handle: OpaquePointer

  /// - Parameter pem: as `openssl pkey -pubout` writes it (SubjectPublicKeyInfo).
  /// - Throws: `badKey` for anything else, and for RSA below 2,048 bits.
  public convenience init(pem: String) throws(SigningError) {
    let read = unsafe MemoryText.read(pem) { unsafe PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) }
    guard let handle = unsafe read else {
      throw SigningError.openSSL(.badKey, "no public key can be read (PEM is expected)")
    }
    try unsafe self.init(owned: handle)
  }

  /// Frees `handle` in the end.
  init(owned handle: OpaquePointer) throws(SigningError) {
    guard let kind = unsafe PrivateKey.kind(of: handle) else {
      unsafe EVP_PKEY_free(handle)
      throw SigningError(.badKey, "the public key is none of P-256, RSA of 2,048 bits or more, Ed25519")
    }
    (self.kind, unsafe self.handle) = (kind, unsafe handle)
  }

  deinit { unsafe EVP_PKEY_free(handle) }

  /// Whether `signature` is one of `message`'s by this key, in the form that `PrivateKey.sign` gives.
  public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    let known = kind == .p256 ? ECDSASignature.der(signature) : signature
    guard let known else { return false }
    let context = unsafe EVP_MD_CTX_new()
    defer {
      unsafe EVP_MD_CTX_free(context)
      ERR_clear_error()
    }
    let digest = unsafe kind == .ed25519 ? nil : EVP_sha256()
    return unsafe EVP_DigestVerifyInit(context, nil, digest, nil, handle) == 1
      && EVP_DigestVerify(context, known, known.count, message, message.count) == 1
  }

  /// As PEM (SubjectPublicKeyInfo).
  public var pem: String {
    unsafe MemoryText.written { unsafe PEM_write_bio_PUBKEY($0, handle) }
  }
}

/// What OpenSSL reads from memory and writes into it, as text.
enum MemoryText {
  /// OpenSSL keeps no copy of the text: it must stay where it is as long as it is read.
  static func read(_ text: String, _ body: (OpaquePointer?) -> OpaquePointer?) -> OpaquePointer? {
    unsafe Array(text.utf8).withUnsafeBytes { bytes in
      let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
      defer { unsafe BIO_free(source) }
      return unsafe body(source)
    }
  }

  static func written(_ write: (OpaquePointer?) -> Int32) -> String {
    let memory = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(memory) }
    _ = unsafe write(memory)
    var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(memory))
    unsafe BIO_read(memory, &bytes, Int32(bytes.count))
    return String(decoding: bytes, as: UTF8.self)
  }
}
