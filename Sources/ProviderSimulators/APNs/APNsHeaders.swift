/// The headers that APNs knows.
struct APNsHeaders {
  private(set) var authorization: String?
  private(set) var id: String?
  private(set) var topic: String?
  private(set) var pushType: String?
  private(set) var priority: String?
  private(set) var collapseID: String?
  private(set) var expiration: String?
  private(set) var hasDuplicates = false

  init(_ headers: [HTTPHeader]) {
    for (name, value) in headers {
      switch name {
      case "authorization": hasDuplicates = Self.take(value, &authorization) || hasDuplicates
      case "apns-id": hasDuplicates = Self.take(value, &id) || hasDuplicates
      case "apns-topic": hasDuplicates = Self.take(value, &topic) || hasDuplicates
      case "apns-push-type": hasDuplicates = Self.take(value, &pushType) || hasDuplicates
      case "apns-priority": hasDuplicates = Self.take(value, &priority) || hasDuplicates
      case "apns-collapse-id": hasDuplicates = Self.take(value, &collapseID) || hasDuplicates
      case "apns-expiration": hasDuplicates = Self.take(value, &expiration) || hasDuplicates
      default: break
      }
    }
  }

  /// True when there is one already.
  private static func take(_ value: String, _ place: inout String?) -> Bool {
    defer { place = value }
    return place != nil
  }
}
