public import HTTPTransfer

/// How text messages are sent.
public struct SMSSettings: Sendable {
  /// In the order in which they are tried.
  public var vendors: [any SMSVendor]
  /// How long a vendor that failed is left alone: at first, and at most.
  public var firstRest: Duration = .seconds(5)
  public var longestRest: Duration = .seconds(300)
  public var client: HTTPClientSettings

  public init(vendors: [any SMSVendor]) {
    self.vendors = vendors
    client = HTTPClientSettings()
    // An answer tells of each of a thousand recipients.
    client.bodyLimit = 8 << 20
  }
}
