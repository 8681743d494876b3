public import Foundation

/// Signature Version 4, by which Amazon's services know who calls ("AWS Signature Version 4 for API requests"). For
/// requests without a query.
public struct AWSSignature: Sendable {
  private let region: String
  private let service: String
  private let credentials: AWSCredentials

  /// - Parameters:
  ///   - region: as `ap-northeast-2`.
  ///   - service: the signing name, as `ses`.
  public init(region: String, service: String, credentials: AWSCredentials) {
    (self.region, self.service, self.credentials) = (region, service, credentials)
  }

  /// - Parameters:
  ///   - host: as the request's Host header has it, with the port where it is not the protocol's own.
  ///   - path: as it stands in the URL, from its slash on; without `.`, `..` and double slashes.
  ///   - headers: others that are to be signed; each name once.
  ///   - time: the host's clock may be five minutes off at most.
  /// - Returns: the headers to add: `x-amz-date`, `authorization` and, for a lent key, `x-amz-security-token`.
  public func headers(
    method: String = "POST", host: String, path: String, headers: [(name: String, value: String)], body: [UInt8],
    time: Date
  ) -> [(name: String, value: String)] {
    let stamp = Self.stamp(time)
    var added = [(name: "x-amz-date", value: stamp)]
    if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
    let signed = (headers + added + [("host", host)]).map {
      (name: $0.name.lowercased(), value: Self.trimmed($0.value))
    }
    .sorted { $0.name < $1.name }
    let names = signed.map(\.name).joined(separator: ";")
    let request = [
      method, Self.encoded(path), "", signed.map { "\($0.name):\($0.value)\n" }.joined(), names,
      SHA256.hexadecimal(of: body),
    ].joined(separator: "\n")
    let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(SHA256.hexadecimal(of: Array(request.utf8)))"
    let signature = Hexadecimal.text(HMACSHA256.code(Array(text.utf8), key: key(scope)))
    added.append(
      (
        "authorization",
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
      ))
    return added
  }

  /// Each part of the scope is a key for the next.
  private func key(_ scope: String) -> [UInt8] {
    scope.split(separator: "/").reduce(Array("AWS4\(credentials.secret)".utf8)) { key, part in
      HMACSHA256.code(Array(part.utf8), key: key)
    }
  }

  /// `20261124T080000Z`.
  private static func stamp(_ time: Date) -> String {
    time.formatted(
      .iso8601.year().month().day().dateSeparator(.omitted).time(includingFractionalSeconds: false)
        .timeSeparator(.omitted).timeZone(separator: .omitted))
  }

  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  /// Once more than it is in the URL, as all services but S3 have it.
  private static func encoded(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: text.unicodeScalars.append(.init(byte))
      default: text += "%" + Hexadecimal.text([byte]).uppercased()
      }
    }
    return text
  }
}
