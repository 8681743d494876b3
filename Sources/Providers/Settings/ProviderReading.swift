import Configuration
import HTTPTransfer
import Signing

/// What sections of several providers have in common.
extension ConfigurationReader {
  /// A private key of the kind, in PEM.
  func signingKey(_ key: String, _ kind: PrivateKey.Kind) -> String? {
    guard let pem = secret(key)?.reveal() else { return nil }
    let name = isSet("\(key)File") ? "\(key)File" : key
    do throws(SigningError) {
      let found = try PrivateKey(pem: pem).kind
      if found == kind { return pem }
      report(.badValue, name, "holds a key of kind \(found.rawValue), and \(kind.rawValue) is needed")
    } catch {
      report(.badValue, name, "holds no usable key: \(error)")
    }
    return nil
  }

  /// `https://HOST` or `https://HOST:PORT`, to which paths are added.
  func endpoint(_ key: String, default standard: String) -> String {
    string(key, default: standard, expected: Self.endpointForm, where: Self.isEndpoint)
  }

  func optionalEndpoint(_ key: String) -> String? {
    string(key, expected: Self.endpointForm, where: Self.isEndpoint)
  }

  private static let endpointForm = "https://HOST, without a path"

  private static func isEndpoint(_ text: String) -> Bool {
    guard text.hasPrefix("https://") else { return false }
    let host = text.utf8.dropFirst("https://".utf8.count)
    return !host.isEmpty && host.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@\\".utf8.contains($0) }
  }

  /// A text that has to be there.
  func needed(_ key: String) -> String? {
    let text = string(key)
    if text == nil, !isSet(key) { reportMissing(key) }
    return text
  }

  func neededSecret(_ key: String) -> String? {
    let text = secret(key)?.reveal()
    if text == nil, !isSet(key), !isSet("\(key)File") { reportMissing(key) }
    return text
  }
}

extension String {
  /// With commas between them.
  var words: [String] {
    split(separator: ",").map { word in
      String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }
  }
}

extension HTTPClientSettings {
  /// Reads out of a provider's section:
  /// - `connections` (number, 4): to one host.
  /// - `timeout` (time, 30s): of one request.
  /// - `authorityFile` (path): certificate authorities in place of the system's.
  mutating func read(_ section: ConfigurationReader) {
    connections = section.int("connections", in: 1...64, default: connections)
    timeout = section.duration("timeout", in: .seconds(1)...(.seconds(300)), default: timeout)
    authorityFile = section.string("authorityFile")
  }
}
