public import Foundation

/// Structured logs: a constant message and what varies beside it, one JSON object a line. The calls read like
/// swift-log's.
public struct Logger: Sendable {
  public enum Level: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    public static func < (a: Level, b: Level) -> Bool { rank(a) < rank(b) }
    private static func rank(_ level: Level) -> Int { allCases.firstIndex(of: level) ?? 0 }
  }

  public typealias Metadata = KeyValuePairs<String, String>

  public let label: String
  public var level: Level
  private let sink: any LogSink

  public init(label: String, level: Level = .info, sink: any LogSink = StandardErrorSink()) {
    self.label = label
    self.level = level
    self.sink = sink
  }

  public func debug(_ message: StaticString, _ metadata: Metadata = [:]) { log(.debug, message, metadata) }
  public func info(_ message: StaticString, _ metadata: Metadata = [:]) { log(.info, message, metadata) }
  public func notice(_ message: StaticString, _ metadata: Metadata = [:]) { log(.notice, message, metadata) }
  public func warning(_ message: StaticString, _ metadata: Metadata = [:]) { log(.warning, message, metadata) }
  public func error(_ message: StaticString, _ metadata: Metadata = [:]) { log(.error, message, metadata) }

  public func log(_ level: Level, _ message: StaticString, _ metadata: Metadata = [:]) {
    guard level >= self.level else { return }
    sink.write(LogLine(time: Date(), level: level, label: label, message: "\(message)", metadata: metadata.map { $0 }))
  }
}

/// Where lines go. Called from any thread.
public protocol LogSink: Sendable {
  func write(_ line: LogLine)
}

public struct LogLine: Sendable {
  public let time: Date
  public let level: Logger.Level
  public let label: String
  public let message: String
  public let metadata: [(key: String, value: String)]

  /// One JSON object: `ts`, `level`, `label`, `message`, and the metadata's members.
  public var json: String {
    let fields = [
      ("ts", time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))), ("level", level.rawValue),
      ("label", label), ("message", message),
    ]
    let members = (fields + metadata.map { ($0.key, $0.value) }).map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
    return "{\(members.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20:
        out += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// One `write` a line, so that lines of several threads do not mix.
public struct StandardErrorSink: LogSink {
  public init() {}
  public func write(_ line: LogLine) { FileHandle.standardError.write(Data((line.json + "\n").utf8)) }
}
