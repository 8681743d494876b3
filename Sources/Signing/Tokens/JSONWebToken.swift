import Foundation

/// Signed JSON Web Tokens (RFC 7515, 7519) as providers ask for them: ES256 by a P-256 key, RS256 by an RSA one.
public enum JSONWebToken {
  /// - Parameters:
  ///   - claims: encoded with sorted keys; dates as the caller writes them, which for `iat` and `exp` is whole seconds
  ///     since 1970.
  ///   - keyID: the header's `kid`.
  /// - Throws: `badKey` for an Ed25519 key, which no provider here takes.
  public static func sign(_ claims: some Encodable, key: PrivateKey, keyID: String? = nil) throws -> String {
    let header = Header(alg: try algorithm(key.kind), kid: keyID, typ: "JWT")
    let signed = try "\(part(header)).\(part(claims))"
    return "\(signed).\(Base64URL.encode(try key.sign(Array(signed.utf8))))"
  }

  private struct Header: Encodable {
    let alg: String
    let kid: String?
    let typ: String
  }

  private static func algorithm(_ kind: PrivateKey.Kind) throws(SigningError) -> String {
    switch kind {
    case .p256: "ES256"
    case .rsa: "RS256"
    case .ed25519: throw SigningError(.badKey, "a token is signed by a P-256 or RSA key, not by Ed25519")
    }
  }

  private static func part(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Base64URL.encode(Array(try encoder.encode(value)))
  }
}
