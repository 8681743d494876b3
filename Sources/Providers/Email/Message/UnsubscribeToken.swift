import Signing

/// What stands in a List-Unsubscribe address: which delivery it came with, so whom and what it unsubscribes. Nobody can
/// make one without the secret.
public enum UnsubscribeToken {
  private static let proofBytes = 16

  /// Letters of base 64 for URLs.
  public static func make(deliveryID: String, secret: String) -> String {
    Base64URL.encode(proof(deliveryID, secret) + Array(deliveryID.utf8))
  }

  /// Nil where the token was not made with the secret.
  public static func deliveryID(of token: some StringProtocol, secret: String) -> String? {
    guard let bytes = Base64URL.decode(token), bytes.count > proofBytes,
      let id = String(validating: bytes[proofBytes...], as: UTF8.self),
      ConstantTime.equal(Array(bytes[..<proofBytes]), proof(id, secret))
    else { return nil }
    return id
  }

  private static func proof(_ id: String, _ secret: String) -> [UInt8] {
    Array(HMACSHA256.code(Array("unsubscribe:\(id)".utf8), key: Array(secret.utf8))[..<proofBytes])
  }
}
