/// What the broker has to say, for a log: a constant message and what varies beside it.
public typealias BrokerReport =
  @Sendable (BrokerReportLevel, _ message: StaticString, _ fields: KeyValuePairs<String, String>) -> Void

public enum BrokerReportLevel: Sendable {
  case info, notice, warning, error
}
