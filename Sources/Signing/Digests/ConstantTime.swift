import COpenSSL

/// Comparison of secrets whose time tells nothing of where they differ.
public enum ConstantTime {
  /// Lengths are no secret.
  public static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return unsafe CRYPTO_memcmp(one, other, one.count) == 0
  }
}
