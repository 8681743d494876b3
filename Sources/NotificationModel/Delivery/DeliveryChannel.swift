/// A way with a topic and a worker of its own: push is two, so that APNs and FCM fail apart.
public enum DeliveryChannel: String, Sendable, Hashable, Codable, CaseIterable {
  case pushIOS = "push.ios"
  case pushAndroid = "push.android"
  case sms
  case email

  /// What people choose and templates are written for.
  public var kind: ChannelKind {
    switch self {
    case .pushIOS, .pushAndroid: .push
    case .sms: .sms
    case .email: .email
    }
  }

  public var topic: NotificationTopic {
    switch self {
    case .pushIOS: .pushIOS
    case .pushAndroid: .pushAndroid
    case .sms: .sms
    case .email: .email
    }
  }

  public init(_ platform: UserDevice.Platform) { self = platform == .ios ? .pushIOS : .pushAndroid }
}
