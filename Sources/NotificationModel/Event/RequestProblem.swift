/// Why an event cannot become notifications. It names members, never what they hold.
public struct RequestProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// As the header `bongsu-error-code` has it.
  public enum Code: String, Sendable, CaseIterable {
    case invalidJSON = "INVALID_JSON"
    case invalidMember = "INVALID_MEMBER"
    case unknownSchema = "UNKNOWN_SCHEMA"
    case unknownChannel = "UNKNOWN_CHANNEL"
    case invalidRecipient = "INVALID_RECIPIENT"
    case invalidAddress = "INVALID_ADDRESS"
    case invalidTime = "INVALID_TIME"
    case tooManyRecipients = "TOO_MANY_RECIPIENTS"
    case invalidEventID = "INVALID_EVENT_ID"
    case tooLarge = "TOO_LARGE"
  }

  public let code: Code
  /// As `to[3].email`; empty for the whole.
  public let member: String
  public let reason: String

  public init(_ code: Code, _ member: String, _ reason: String) {
    self.code = code
    self.member = member
    self.reason = reason
  }

  public var description: String { member.isEmpty ? reason : "\(member) \(reason)" }
}
