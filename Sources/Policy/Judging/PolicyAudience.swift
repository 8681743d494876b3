public import NotificationModel

/// What is known of the people and texts of a batch of events.
public struct PolicyAudience: Sendable {
  public var users: [Int64: AudienceUser] = [:]
  public var settings: [Int64: UserSettings] = [:]
  public var suppressions: [SuppressibleAddress: AddressSuppression] = [:]
  public var categories: [String: NotificationCategory] = [:]
  public var templates: [String: CompiledTemplates] = [:]

  public init() {}

  public init(
    users: [Int64: AudienceUser], settings: [Int64: UserSettings],
    suppressions: [SuppressibleAddress: AddressSuppression], categories: [String: NotificationCategory],
    templates: [String: CompiledTemplates] = [:]
  ) {
    (self.users, self.settings, self.suppressions) = (users, settings, suppressions)
    (self.categories, self.templates) = (categories, templates)
  }
}

/// An event that can be judged.
public struct RoutableEvent: Sendable {
  /// A UUID in small letters.
  public var id: String
  /// When it was written first.
  public var time: UnixTime
  /// How often an operator has had it sent anew.
  public var replay: Int
  /// When it came to the router, the same whenever it is routed.
  public var arrived: UnixTime
  public var request: NotificationRequest
  /// The recipients by index that are still to be routed; nil: all.
  public var open: Set<Int>?

  public init(
    id: String, time: UnixTime, replay: Int = 0, arrived: UnixTime, request: NotificationRequest, open: Set<Int>? = nil
  ) {
    self.id = id
    self.time = time
    self.replay = replay
    self.arrived = arrived
    self.request = request
    self.open = open
  }
}
