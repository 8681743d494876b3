/// How long answers are gathered before anybody looks at them, where a look costs as much for one as for many: the longer
/// the more are awaited. So looking takes a tenth of the time, or a little more.
public enum GatheringRest {
  private static let perAwaited: Int64 = 10_000
  private static let longest: Int64 = 10_000_000
  /// A shorter one would save less than it costs.
  private static let shortest: Int64 = 500_000

  /// 0 where few are awaited.
  public static func nanoseconds(awaited count: Int) -> Int64 {
    let rest = min(longest, Int64(count) * perAwaited)
    return rest < shortest ? 0 : rest
  }
}
