import COpenSSL

extension PrivateKey {
  /// A new key: for tests, local development and stand-ins; real ones come from a provider's console.
  /// RSA has 2,048 bits, which takes some tenths of a second.
  public static func make(_ kind: Kind) throws(SigningError) -> PrivateKey {
    let made =
      switch kind {
      case .p256: unsafe bongsu_make_p256_key()
      case .rsa: unsafe bongsu_make_rsa_key(2_048)
      case .ed25519: unsafe bongsu_make_ed25519_key()
      }
    guard let made = unsafe made else { throw SigningError.openSSL(.failed, "cannot make a key") }
    return unsafe PrivateKey(kind, owned: made)
  }

  /// As PEM (PKCS#8, not encrypted). A secret: for files that only their owner reads.
  public var pem: String {
    unsafe MemoryText.written { unsafe PEM_write_bio_PKCS8PrivateKey($0, handle, nil, nil, 0, nil, nil) }
  }

  /// The half that may be known.
  public var publicKey: PublicKey {
    get throws(SigningError) {
      try PublicKey(pem: unsafe MemoryText.written { unsafe PEM_write_bio_PUBKEY($0, handle) })
    }
  }
}
