import NotificationModel

/// What APNs looks at in a request besides its provider token.
struct APNsCheck {
  /// nil for any.
  let topics: Set<String>?
  /// Apple's limits in bytes; the second one for calls (VoIP).
  static let (payloadMax, callMax) = (4_096, 5_120)
  static let collapseMax = 64

  private static let pushTypes: Set = [
    "alert", "background", "complication", "controls", "fileprovider", "liveactivity", "location", "mdm",
    "pushtotalk", "voip", "widgets",
  ]
  /// What a bundle's name may be followed by, for what is not an alert.
  private static let topicEnds = [
    ".voip", ".complication", ".pushkit.fileprovider", ".location-query", ".push-type.liveactivity",
    ".push-type.widgets", ".push-type.controls", ".voip-ptt",
  ]

  func problem(_ headers: APNsHeaders) -> APNsReason? {
    if let id = headers.id, !Self.isCanonicalUUID(id) { return .badMessageID }
    if let expiration = headers.expiration, !Self.isNumber(expiration) { return .badExpirationDate }
    if let priority = headers.priority, !["10", "5", "1"].contains(priority) { return .badPriority }
    if let id = headers.collapseID, !(1...Self.collapseMax).contains(id.utf8.count) { return .badCollapseID }
    if let type = headers.pushType, !Self.pushTypes.contains(type) { return .invalidPushType }
    // Apple calls it an error to wake an app in the background at once.
    if headers.pushType == "background" && headers.priority == "10" { return .badPriority }
    guard let topic = headers.topic, !topic.isEmpty else { return .missingTopic }
    return topics.map { Self.holds($0, topic) } == false ? .topicDisallowed : nil
  }

  /// - Parameter body: as much as was kept of `bytes`.
  static func problem(payload body: [UInt8], bytes: Int, pushType: String?) -> APNsReason? {
    guard bytes > 0 else { return .payloadEmpty }
    guard bytes <= (pushType == "voip" ? callMax : payloadMax) else { return .payloadTooLarge }
    // No reason of its own is documented for what is no JSON.
    guard case .object? = try? JSONParser.parse(body) else { return .payloadEmpty }
    return nil
  }

  /// Apple's are of 32 bytes today, "of variable length" for tomorrow.
  static func isDeviceToken(_ token: some StringProtocol) -> Bool {
    (64...200).contains(token.utf8.count) && token.utf8.count.isMultiple(of: 2) && token.utf8.allSatisfy(isHexadecimal)
  }

  private static func holds(_ topics: Set<String>, _ topic: String) -> Bool {
    topics.contains(topic)
      || topicEnds.contains { topic.hasSuffix($0) && topics.contains(String(topic.dropLast($0.count))) }
  }

  /// In lower case, as 8-4-4-4-12.
  static func isCanonicalUUID(_ text: String) -> Bool {
    guard text.utf8.count == 36 else { return false }
    return text.utf8.enumerated().allSatisfy { index, byte in
      if [8, 13, 18, 23].contains(index) { return byte == UInt8(ascii: "-") }
      return isHexadecimal(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && Int64(text) != nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
