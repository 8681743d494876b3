import NotificationModel

/// A message as FCM's v1 API takes it, checked. Names may be in snake or camel case, as protocol buffers have it.
struct FCMMessage {
  enum Target: Equatable {
    case token(String)
    case topic(String)
    case condition(String)
  }

  let target: Target
  let isValidationOnly: Bool
  /// Our own id of it, in its data.
  let deliveryID: String?
  /// Bytes of names and values in `data` and `notification`.
  static let (payloadMax, topicMax) = (4_096, 2_048)
  /// 28 days, in seconds.
  static let lifeMax = 2_419_200.0

  /// - Throws: what Google answers.
  init(_ body: [UInt8]) throws(GoogleError) {
    guard let value = try? JSONParser.parse(body), case .object(let outer) = value else {
      throw .badRequest("", "Invalid JSON payload received. Unexpected token.")
    }
    let whole = FCMFields(outer, at: "")
    try whole.allow(["message", "validateOnly"])
    isValidationOnly = try whole.flag("validateOnly")
    guard let message = try whole.object("message") else { throw .badRequest("message", "The message is not set.") }
    try message.allow([
      "name", "data", "notification", "android", "webpush", "apns", "fcmOptions", "token", "topic", "condition",
    ])
    target = try Self.target(message)
    deliveryID = try message.object("data")?.ownText("deliveryID")
    let bytes = try Self.data(message) + Self.notification(message)
    try Self.checkAndroid(message)
    let isForDevice = if case .token = target { true } else { false }
    guard bytes <= (isForDevice ? Self.payloadMax : Self.topicMax) else {
      throw .badRequest("message", "Message is too big")
    }
  }

  private static func target(_ message: FCMFields) throws(GoogleError) -> Target {
    var targets: [Target] = []
    if let token = try message.text("token") { targets.append(.token(token)) }
    if let topic = try message.text("topic") { targets.append(.topic(topic)) }
    if let condition = try message.text("condition") { targets.append(.condition(condition)) }
    guard let target = targets.first else { throw .badRequest("message", "Recipient of the message is not set.") }
    guard targets.count == 1 else {
      throw .badRequest("message", "oneof field 'target' is already set. Cannot set two recipients.")
    }
    return target
  }

  private static func data(_ message: FCMFields) throws(GoogleError) -> Int {
    guard let data = try message.object("data") else { return 0 }
    var bytes = 0
    for (index, name) in data.names.enumerated() {
      guard let text = data.ownText(name) else {
        throw .badRequest(
          "message.data[\(index)].value", "Invalid value at 'message.data[\(index)].value' (TYPE_STRING)")
      }
      guard !isReserved(name) else { throw .badRequest("message.data", "Invalid data payload key: \(name)") }
      bytes += name.utf8.count + text.utf8.count
    }
    return bytes
  }

  private static func isReserved(_ name: String) -> Bool {
    ["from", "message_type"].contains(name) || name.hasPrefix("gcm") || name.hasPrefix("google")
  }

  private static func notification(_ message: FCMFields) throws(GoogleError) -> Int {
    guard let notification = try message.object("notification") else { return 0 }
    try notification.allow(["title", "body", "image"])
    var bytes = 0
    for name in notification.names { bytes += try name.utf8.count + (notification.text(name)?.utf8.count ?? 0) }
    return bytes
  }

  private static func checkAndroid(_ message: FCMFields) throws(GoogleError) {
    guard let android = try message.object("android") else { return }
    try android.allow([
      "collapseKey", "priority", "ttl", "restrictedPackageName", "data", "notification", "fcmOptions", "directBootOk",
      "bandwidthConstrainedOk", "restrictedSatelliteOk",
    ])
    if let priority = try android.text("priority"), !["HIGH", "NORMAL"].contains(priority.uppercased()) {
      throw android.invalid("priority", "type.googleapis.com/google.firebase.fcm.v1.AndroidMessagePriority")
    }
    if let life = try android.text("ttl") {
      guard life.hasSuffix("s"), let seconds = Double(life.dropLast()), (0...lifeMax).contains(seconds) else {
        throw android.invalid("ttl", "type.googleapis.com/google.protobuf.Duration")
      }
    }
  }
}
