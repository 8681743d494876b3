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
    string(key, default: standard, expected: "https://HOST, without a path") {
      guard $0.hasPrefix("https://") else { return false }
      let host = $0.dropFirst("https://".count)
      return !host.isEmpty
        && host.utf8.allSatisfy { byte in
          byte > 0x20 && byte < 0x7F && !"/?#@\\".utf8.contains(byte)
        }
    }
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
