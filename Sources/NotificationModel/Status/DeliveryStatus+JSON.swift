extension DeliveryStatus {
  /// The same JSON as by Codable, at a tenth of the price.
  public func write(to writer: inout JSONWriter) {
    writer.object { json in
      json.member("deliveryID", deliveryID)
      json.member("eventID", eventID)
      json.member("eventTime", eventTime)
      json.member("replay", replay)
      json.member("attempt", attempt)
      json.member("state", state.rawValue)
      json.member("reason", reason)
      json.member("until", until)
      json.member("user", user)
      json.member("channel", channel.rawValue)
      json.member("target", target)
      json.member("category", category)
      json.member("template", template)
      json.member("providerID", providerID)
      json.member("deadSince", deadSince)
      json.member("addressMark", addressMark)
      json.member("receipt", receipt?.rawValue)
      json.member("receiptCode", receiptCode)
      json.member("time", time)
    }
  }
}

extension RoutedStatus {
  /// The same JSON as by Codable, at a tenth of the price.
  public func write(to writer: inout JSONWriter) {
    writer.object { json in
      json.member("eventID", eventID)
      json.member("eventTime", eventTime)
      json.member("replay", replay)
      json.member("isRelease", isRelease)
      json.member("deliveries", deliveries)
      json.member("suppressions", suppressions)
      json.member("deferrals", deferrals)
      json.member("unresolved", unresolved)
      json.member("origin", origin)
      json.member("part", part)
      json.member("time", time)
    }
  }
}
