/// Times in milliseconds.
struct GroupSettings: Sendable {
  var sessionTimeouts: ClosedRange<Int64> = 6_000...1_800_000
  /// How long the first join of an empty group waits for others; 0 begins at once.
  var initialDelay: Int64 = 0
  /// Members of one group.
  var largestGroup = 10_000
}
