/// At most `limit` in any stretch of time of the length `period`.
public struct RateWindow: Sendable, Equatable {
  /// 1 to 1,000: each that was counted is kept until it no longer matters.
  public let limit: Int
  /// At least a millisecond.
  public let period: Duration

  public init(limit: Int, period: Duration) {
    precondition((1...1_000).contains(limit), "a rate's limit is 1 to 1,000")
    precondition(period >= .milliseconds(1), "a rate's period is at least a millisecond")
    self.limit = limit
    self.period = period
  }
}

/// What is counted together, such as all of a user's advertising by push, and how much of it there may be.
public struct RateScope: Sendable, Equatable {
  /// Names the count, within the user, as `push` or `push/advertising`.
  public var name: String
  /// All must have room.
  public var windows: [RateWindow]

  public init(_ name: String, _ windows: [RateWindow]) {
    self.name = name
    self.windows = windows
  }
}

/// A question to the limiter: may this event go to this user by this channel?
public struct RateRequest: Sendable, Equatable {
  public var eventID: String
  public var userID: String
  public var channel: String
  /// It counts in all of them, or, where one has no room, in none.
  public var scopes: [RateScope]

  public init(eventID: String, userID: String, channel: String, scopes: [RateScope]) {
    self.eventID = eventID
    self.userID = userID
    self.channel = channel
    self.scopes = scopes
  }
}

public enum RateDecision: Sendable, Equatable {
  case allowed
  case limited
  /// Redis could not be asked; what then holds is the policy's to say.
  case unknown
}
