/// What is known of a message after its provider took it: the carrier's word, which comes minutes or days later. It
/// changes nothing of the delivery's state, which says what the provider did; of two words for one attempt the greater
/// counts, so that a late "delivered" replaces a "nobody said", and never the other way round.
public enum DeliveryReceipt: String, Sendable, Codable, CaseIterable {
  /// Nobody said within the time in which it is asked.
  case unknown = "UNKNOWN"
  /// It did not arrive.
  case undelivered = "UNDELIVERED"
  /// It is on the person's phone.
  case delivered = "DELIVERED"

  /// From 1 on; a status without a receipt comes before all of them.
  public var rank: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }
}
