import FoundationEssentials

/// JSON that PostgreSQL will take as jsonb: it was checked when it was made.
public struct OutboxPayload: Hashable, Sendable {
  /// In bytes, as PostgreSQL prints it and as Kafka gets it; what is larger belongs elsewhere, with a reference here.
  public static let sizeLimit = 900_000

  /// The text as it was given or encoded.
  public let json: String

  /// Any value that is not itself JSON: dates become ISO 8601. For another shape, encode it yourself and give the text.
  /// - Throws: `invalidPayload` or `payloadTooLarge`.
  public init(encoding value: some Encodable) throws(OutboxError) {
    let data: Data
    do {
      data = try Self.encoder.encode(value)
    } catch EncodingError.invalidValue(_, let context) {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw OutboxError(
        .invalidPayload, "the payload cannot be encoded as JSON" + (path.isEmpty ? "" : ": what is wrong is at \(path)")
      )
    } catch {
      throw OutboxError(.invalidPayload, "the payload cannot be encoded: its own encode(to:) threw", cause: error)
    }
    try self.init(checking: Array(data))
  }

  /// JSON text of any kind: an object, an array or a single value.
  /// - Throws: `invalidPayload` or `payloadTooLarge`.
  public init(json: String) throws(OutboxError) { try self.init(checking: Array(json.utf8)) }

  /// The same as UTF-8.
  public init(json: [UInt8]) throws(OutboxError) { try self.init(checking: json) }

  private init(checking bytes: [UInt8]) throws(OutboxError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw OutboxError(.invalidPayload, "the payload is no UTF-8")
    }
    let size: Int
    do {
      size = try JSONCheck.printedSize(of: bytes)
    } catch {
      throw OutboxError(.invalidPayload, "the payload \(error)")
    }
    guard size <= Self.sizeLimit else {
      throw OutboxError(
        .payloadTooLarge,
        "the payload is over \(Self.sizeLimit) bytes: store the large part elsewhere and put a reference into the event"
      )
    }
    json = text
  }

  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return encoder
  }()
}
