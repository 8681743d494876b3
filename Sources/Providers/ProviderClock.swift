import NotificationModel
import Runtime

/// What time it is for a provider.
enum ProviderClock {
  /// By which ages and rests are counted: it never jumps.
  static func steady() -> UnixTime { UnixTime(milliseconds: SystemTime.steadyMilliseconds()) }

  /// The machine's, as others are told it.
  static func date() -> UnixTime { UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000) }
}
