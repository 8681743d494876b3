import NotificationModel
import Signing

/// A Google service account with its key, as the console's JSON file holds it.
public struct ServiceAccount: Sendable {
  public let projectID: String
  public let clientEmail: String
  public let keyID: String
  /// Where access tokens are made.
  public let tokenURI: String
  let key: PrivateKey
  /// By which shared tokens are sealed: who has the key can make them anyway.
  var seal: String { key.pem }

  /// - Parameter json: the file's text.
  /// - Throws: what is missing or wrong, the first of it.
  public init(json: String) throws(ServiceAccountError) {
    let members = try Self.members(json)
    projectID = try Self.text("project_id", members, "the id of no project", isProject)
    clientEmail = try Self.text("client_email", members, "no e-mail address", AddressCheck.isEmail)
    keyID = try Self.text("private_key_id", members, "the id of no key") { isPrintable($0) && $0.utf8.count <= 256 }
    tokenURI = try Self.text("token_uri", members, "no URL of http or https", isURL)
    key = try Self.key(Self.text("private_key", members, "empty") { !$0.isEmpty })
  }

  private static func members(_ json: String) throws(ServiceAccountError) -> [String: JSONValue] {
    guard case .object(let members)? = try? JSONParser.parse(Array(json.utf8)) else {
      throw ServiceAccountError(.noJSON, "a service account's file is one JSON object, and this is none")
    }
    if let kind = members["type"], kind != "service_account" {
      throw ServiceAccountError(
        .otherKind, member: "type", "the file is of another kind: its \"type\" must be \"service_account\"")
    }
    return members
  }

  private static func text(
    _ name: String, _ members: [String: JSONValue], _ wrong: String, _ isRight: (String) -> Bool
  ) throws(ServiceAccountError) -> String {
    switch members[name] {
    case nil, .null?: throw ServiceAccountError(.missing, member: name, "the service account's file has no \"\(name)\"")
    case .text(let text)? where isRight(text): return text
    case .text?:
      throw ServiceAccountError(.invalid, member: name, "\"\(name)\" in the service account's file is \(wrong)")
    case _?: throw ServiceAccountError(.invalid, member: name, "\"\(name)\" in the service account's file is no text")
    }
  }

  private static func key(_ pem: String) throws(ServiceAccountError) -> PrivateKey {
    let name = "private_key"
    do throws(SigningError) {
      let key = try PrivateKey(pem: pem)
      if key.kind == .rsa { return key }
    } catch {
      throw ServiceAccountError(
        .invalid, member: name, "\"\(name)\" in the service account's file cannot be used", cause: error)
    }
    throw ServiceAccountError(.invalid, member: name, "\"\(name)\" in the service account's file is no RSA key")
  }
}

/// It becomes a part of the path: letters, digits, and what old ids have, as `example.com:name`.
private func isProject(_ text: String) -> Bool {
  (1...100).contains(text.utf8.count)
    && text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-.:".utf8.contains($0)
    }
}

private func isURL(_ text: String) -> Bool {
  (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= 1_024 && isPrintable(text)
}

/// Without spaces.
private func isPrintable(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
}
