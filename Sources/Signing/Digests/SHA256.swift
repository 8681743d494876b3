import COpenSSL

/// SHA-256 by OpenSSL.
public enum SHA256 {
  /// The 32 bytes of the digest.
  public static func hash(_ bytes: RawSpan) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = unsafe bytes.withUnsafeBytes {
      unsafe EVP_Digest($0.baseAddress, $0.count, &digest, nil, EVP_sha256(), nil)
    }
    precondition(done == 1, "OpenSSL has no SHA-256")
    return digest
  }

  /// The digest in 64 small hexadecimal digits.
  public static func hexadecimal(_ bytes: RawSpan) -> String {
    Hexadecimal.text(hash(bytes))
  }

  /// The same of an array.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] { unsafe hash(bytes.span.bytes) }

  /// The same of an array.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    // Bytes of any value are bytes.
    unsafe hexadecimal(bytes.span.bytes)
  }
}
