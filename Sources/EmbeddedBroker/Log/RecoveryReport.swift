/// What a start found. To be logged when it `isWorthTelling`.
struct RecoveryReport: Equatable, CustomStringConvertible, Sendable {
  struct Truncation: Equatable, Sendable {
    /// The log now ends before this offset.
    var offset: Int64
    /// What was cut off, in bytes.
    var bytes: Int
    var reason: String
  }

  /// What of the segments had to be read.
  var scannedBytes = 0
  /// Why there was a checkpoint that could not be used, and the whole log was read.
  var checkpointProblem: String?
  var truncation: Truncation?
  /// Segments after a bad batch, which were removed.
  var removedSegments = 0

  var isWorthTelling: Bool { truncation != nil || checkpointProblem != nil }

  var description: String {
    var parts = ["\(scannedBytes) bytes were read again"]
    if let checkpointProblem { parts.append(checkpointProblem) }
    if let truncation {
      parts.append("\(truncation.bytes) bytes were cut off at offset \(truncation.offset): \(truncation.reason)")
    }
    if removedSegments > 0 { parts.append("\(removedSegments) later segments were removed") }
    return parts.joined(separator: "; ")
  }
}
