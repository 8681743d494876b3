import Glibc
import Synchronization

/// Where lines go. Called from any thread.
public protocol LogSink: Sendable {
  func write(_ line: LogLine)
}

/// Standard error, one line after the other, also from several threads. A line that cannot be written is dropped:
/// a full disk or a reader that went away must not end who logs.
public struct StandardErrorSink: LogSink {
  private static let turn = Mutex(())

  public init() {}

  public func write(_ line: LogLine) {
    let bytes = Array((line.json + "\n").utf8)
    Self.turn.withLock { _ in Self.write(bytes, to: STDERR_FILENO) }
  }

  /// A pipe may take a part of a line at a time.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
