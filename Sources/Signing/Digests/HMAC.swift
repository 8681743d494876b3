import COpenSSL

/// Keyed digests (RFC 2104) by OpenSSL.
public enum HMACSHA256 {
  /// 32 bytes.
  public static func code(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    // A null key would mean the one of the call before.
    let kept = key.isEmpty ? [0] : key
    let done = unsafe HMAC(EVP_sha256(), kept, Int32(key.count), message, message.count, &code, nil)
    precondition(unsafe done != nil, "OpenSSL has no HMAC-SHA-256")
    return code
  }

  /// Of texts, in small hexadecimal digits.
  public static func hexadecimal(_ message: String, key: String) -> String {
    Hexadecimal.text(code(Array(message.utf8), key: Array(key.utf8)))
  }
}
