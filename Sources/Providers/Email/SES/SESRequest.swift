import Foundation
import HTTPTransfer
import Signing
import Worker

/// A mail as SES's `SendEmail` wants it.
struct SESRequest: Sendable {
  private static let path = "/v2/email/outbound-emails"
  private let endpoint: String
  private let host: String
  private let configurationSet: String?
  private let signature: AWSSignature

  /// - Throws: `providerRefuses` for an endpoint or region that makes no host.
  init(_ settings: SESSettings) throws(SendFailure) {
    endpoint = settings.endpoint ?? "https://email.\(settings.region).amazonaws.com"
    guard endpoint.hasPrefix("https://") || settings.client.allowsLocalPlaintext && endpoint.hasPrefix("http://"),
      let scheme = endpoint.firstRange(of: "://"), Self.isHost(endpoint[scheme.upperBound...]),
      Self.isHost(settings.region[...])
    else { throw SendFailure(.providerRefuses, code: "BAD_SES_ENDPOINT") }
    host = String(endpoint[scheme.upperBound...])
    configurationSet = settings.configurationSet
    signature = AWSSignature(region: settings.region, service: "ses", credentials: settings.credentials)
  }

  /// - Throws: what cannot be encoded, which no mail is.
  func request(_ mail: MailMessage, deliveryID: String, time: Date) throws -> HTTPRequest {
    let body = try body(mail, deliveryID)
    let headers = [(name: "content-type", value: "application/json")]
    let added = signature.headers(host: host, path: Self.path, headers: headers, body: body, time: time)
    return HTTPRequest(url: endpoint + Self.path, headers: headers + added, body: body)
  }

  private struct Body: Encodable {
    let destination: [String: [String]]
    let content: [String: [String: Data]]
    let tags: [[String: String]]
    let configurationSet: String?

    enum CodingKeys: String, CodingKey {
      case destination = "Destination"
      case content = "Content"
      case tags = "EmailTags"
      case configurationSet = "ConfigurationSetName"
    }
  }

  private func body(_ mail: MailMessage, _ deliveryID: String) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(
        Body(
          destination: ["ToAddresses": [mail.envelopeTo]], content: ["Raw": ["Data": Data(mail.bytes)]],
          // SES writes a Message-ID of its own, so its events name the delivery by this.
          tags: [["Name": "delivery", "Value": deliveryID]], configurationSet: configurationSet)))
  }

  private static func isHost(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "-.:".utf8.contains($0)
      }
  }
}
