/// A domain's key for mail: who signs, and where the public half is published, `<selector>._domainkey.<domain>`.
public struct DKIMSigner: Sendable {
  let domain: String
  let selector: String
  /// As the `a=` tag has it.
  let algorithm: String
  private let key: PrivateKey

  /// - Parameter key: RSA (`rsa-sha256`), which all receivers know, or Ed25519 (`ed25519-sha256`, RFC 8463), which many
  ///   do not yet.
  /// - Throws: `badInput` for a domain or selector that is no name of DNS, `badKey` for a P-256 key.
  public init(domain: String, selector: String, key: PrivateKey) throws(SigningError) {
    guard Self.isName(domain), Self.isName(selector) else {
      throw SigningError(.badInput, "the DKIM domain or selector is no name of DNS (letters, digits, - and dots)")
    }
    switch key.kind {
    case .rsa: algorithm = "rsa-sha256"
    case .ed25519: algorithm = "ed25519-sha256"
    case .p256:
      throw SigningError(.badKey, "the DKIM key \(selector) of \(domain) is P-256; DKIM knows RSA and Ed25519")
    }
    (self.domain, self.selector, self.key) = (domain, selector, key)
  }

  /// - Parameter pem: a private key's text.
  /// - Throws: as well `badKey`, which names domain and selector.
  public init(domain: String, selector: String, pem: String) throws(SigningError) {
    let key: PrivateKey
    do throws(SigningError) {
      key = try PrivateKey(pem: pem)
    } catch {
      // Only names are shown, so what is none waits for the check that says so.
      let place = Self.isName(domain) && Self.isName(selector) ? " \(selector) of \(domain)" : ""
      throw SigningError(error.code, "the DKIM key\(place): \(error.message)")
    }
    try self.init(domain: domain, selector: selector, key: key)
  }

  func sign(_ form: [UInt8]) throws(SigningError) -> [UInt8] {
    // Ed25519 signs the digest, as RFC 8463 has it; RSA makes the digest itself.
    try key.sign(key.kind == .ed25519 ? SHA256.hash(form) : form)
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
          && label.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
              || $0 == 0x5F
          }
      }
  }
}
