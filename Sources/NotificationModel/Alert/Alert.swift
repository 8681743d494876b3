/// What an operator must hear: `alert.v1`, on `notification.alerts` under its group.
public struct Alert: Sendable, Equatable, Codable {
  public static let schema = "alert.v1"
  /// More would fill a message and help nobody.
  public static let mostReferences = 10

  public enum Severity: String, Sendable, Codable, CaseIterable {
    case info, warning, critical
  }

  /// What is told together, as `parked/push.ios/BadTopic`: letters, digits, `.`, `_`, `-` and `/`.
  public var group: String
  public var severity: Severity
  /// One line, for people.
  public var title: String
  /// What to do or to look at; names codes and limits, never addresses or texts of notifications.
  public var detail: String
  /// How many things it stands for.
  public var count: Int
  /// Some of their ids, of events or deliveries: what `bongsu trace` takes.
  public var references: [String]
  public var time: UnixTime

  public init(
    group: String, severity: Severity, title: String, detail: String = "", count: Int = 1, references: [String] = [],
    time: UnixTime
  ) {
    self.group = group
    self.severity = severity
    self.title = title
    self.detail = detail
    self.count = count
    self.references = Array(references.prefix(Self.mostReferences))
    self.time = time
  }
}
