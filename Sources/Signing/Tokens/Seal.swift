import COpenSSL

/// Seals what is kept in shared places (AES-256-GCM): nobody without the secret can read it or change it unnoticed.
///
/// Sealed bytes are a version (1), a random nonce of 12 bytes, the text, and a tag of 16 bytes.
@safe public struct Seal: Sendable {
  private let key: [UInt8]
  private static let version: UInt8 = 1
  private static let (nonceBytes, tagBytes) = (12, 16)

  /// - Parameter secret: any text that is hard to guess; the key is its SHA-256.
  public init(secret: String) { key = SHA256.hash(Array(secret.utf8)) }

  /// - Parameter context: what the text is for; must be the same to open it, so that nobody can exchange sealed values.
  public func seal(_ text: [UInt8], context: String) throws(SigningError) -> [UInt8] {
    var nonce = [UInt8](repeating: 0, count: Self.nonceBytes)
    guard unsafe RAND_bytes(&nonce, Int32(nonce.count)) == 1 else {
      throw SigningError.openSSL(.failed, "no random bytes")
    }
    let (sealed, tag) = try run(text, nonce, context, tag: nil)
    return [Self.version] + nonce + sealed + tag
  }

  /// - Throws: `notAuthentic`.
  public func open(_ sealed: [UInt8], context: String) throws(SigningError) -> [UInt8] {
    guard sealed.count >= 1 + Self.nonceBytes + Self.tagBytes, sealed[0] == Self.version else {
      throw SigningError(.notAuthentic, "sealed bytes are cut off, or of another version")
    }
    let nonce = Array(sealed[1...Self.nonceBytes])
    let text = Array(sealed[(1 + Self.nonceBytes)..<(sealed.count - Self.tagBytes)])
    return try run(text, nonce, context, tag: Array(sealed.suffix(Self.tagBytes))).text
  }

  /// Both ways: without a tag it encrypts and returns one, with a tag it decrypts and checks it.
  private func run(
    _ text: [UInt8], _ nonce: [UInt8], _ context: String, tag given: [UInt8]?
  ) throws(SigningError) -> (text: [UInt8], tag: [UInt8]) {
    let cipher = unsafe EVP_CIPHER_CTX_new()
    defer { unsafe EVP_CIPHER_CTX_free(cipher) }
    let extra = Array(context.utf8)
    var (output, tag) = ([UInt8](repeating: 0, count: text.count), given ?? [UInt8](repeating: 0, count: Self.tagBytes))
    var (count, rest): (Int32, Int32) = (0, 0)
    var end = [UInt8](repeating: 0, count: Self.tagBytes)
    let isReady =
      unsafe EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), nil, key, nonce, given == nil ? 1 : 0) == 1
      && EVP_CipherUpdate(cipher, nil, &count, extra, Int32(extra.count)) == 1
      && EVP_CipherUpdate(cipher, &output, &count, text, Int32(text.count)) == 1
    let hasTag = unsafe given == nil || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1
    guard isReady, hasTag, unsafe EVP_CipherFinal_ex(cipher, &end, &rest) == 1 else {
      ERR_clear_error()
      throw SigningError(.notAuthentic, "sealed bytes were changed, or sealed with another secret")
    }
    if given == nil { unsafe EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) }
    return (output, tag)
  }
}
