import NotificationModel
import Signing

/// A JSON Web Token, taken apart; nothing is checked yet.
struct SignedToken {
  let header: [String: JSONValue]
  let claims: [String: JSONValue]
  private let signed: [UInt8]
  private let signature: [UInt8]

  /// nil for what has not its form.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
      let signature = Base64URL.decode(parts[2])
    else { return nil }
    (self.header, self.claims, self.signature) = (header, claims, signature)
    signed = Array("\(parts[0]).\(parts[1])".utf8)
  }

  func isSigned(by key: PublicKey) -> Bool { key.isSignature(signature, of: signed) }

  private static func object(_ part: some StringProtocol) -> [String: JSONValue]? {
    guard let bytes = Base64URL.decode(part), case .object(let members)? = try? JSONParser.parse(bytes) else {
      return nil
    }
    return members
  }
}

extension [String: JSONValue] {
  func text(_ name: String) -> String? {
    if case .text(let text)? = self[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int64? {
    if case .number(let text)? = self[name] { Int64(text) } else { nil }
  }
}
