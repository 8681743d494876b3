/// What the broker has to say, for a log.
public typealias BrokerReport = @Sendable (BrokerReportLevel, _ message: String, _ fields: [String: String]) -> Void

public enum BrokerReportLevel: Sendable {
  case info, notice, warning, error
}
