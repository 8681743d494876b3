/// What a customer has bought.
struct Order {
  var customer: String
  /// In cents.
  var total: Int
}

/// The notification's payload.
struct OrderPlaced: Encodable {
  var orderID: Int
  /// In cents.
  var total: Int
  /// Since 1970-01-01 UTC; whoever reads the topic can tell how long it took.
  var enqueuedAtMicroseconds: Int64
}
