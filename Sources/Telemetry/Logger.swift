import Foundation

/// Structured logs: a constant message and what varies beside it, one JSON object a line. The calls read like
/// swift-log's.
public struct Logger: Sendable {
  /// How much a line matters, the least first.
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    public static func < (a: Level, b: Level) -> Bool { rank(a) < rank(b) }
    private static func rank(_ level: Level) -> Int { allCases.firstIndex(of: level) ?? 0 }
  }

  /// What varies. Never a payload, an address or a password.
  public typealias Metadata = KeyValuePairs<String, String>

  /// Who writes, such as `bongsu.relay`.
  public let label: String
  /// Lines below it are dropped.
  public var level: Level
  private let sink: any LogSink

  public init(label: String, level: Level = .info, sink: any LogSink = StandardErrorSink()) {
    self.label = label
    self.level = level
    self.sink = sink
  }

  public func trace(_ message: StaticString, _ metadata: Metadata = [:]) { log(.trace, message, metadata) }
  public func debug(_ message: StaticString, _ metadata: Metadata = [:]) { log(.debug, message, metadata) }
  public func info(_ message: StaticString, _ metadata: Metadata = [:]) { log(.info, message, metadata) }
  public func notice(_ message: StaticString, _ metadata: Metadata = [:]) { log(.notice, message, metadata) }
  public func warning(_ message: StaticString, _ metadata: Metadata = [:]) { log(.warning, message, metadata) }
  public func error(_ message: StaticString, _ metadata: Metadata = [:]) { log(.error, message, metadata) }
  public func critical(_ message: StaticString, _ metadata: Metadata = [:]) { log(.critical, message, metadata) }

  public func log(_ level: Level, _ message: StaticString, _ metadata: Metadata = [:]) {
    guard level >= self.level else { return }
    sink.write(LogLine(time: Date(), level: level, label: label, message: "\(message)", metadata: metadata.map { $0 }))
  }
}
