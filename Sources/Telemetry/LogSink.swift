import Glibc

/// Where lines go. Called from any thread.
public protocol LogSink: Sendable {
  func write(_ line: LogLine)
}

/// Standard error, one line after the other, also from several threads. A line that cannot be written is lost and
/// counted: neither a full disk nor a reader that went away, or that does not read, must end or stop who logs.
public struct StandardErrorSink: LogSink {
  private static let writer = LineWriter(STDERR_FILENO)

  public init() {}

  public func write(_ line: LogLine) { Self.writer.write(line.json) }

  /// How many lines this process has lost.
  public static var lostLines: Int { writer.lost }
}
