public import NotificationModel
import Templates

/// Why an event becomes no deliveries at all and goes to the dead letters as a whole.
public struct Rejection: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, CaseIterable {
    case unknownTemplate = "UNKNOWN_TEMPLATE"
    case unknownCategory = "UNKNOWN_CATEGORY"
    case noText = "NO_TEXT"
    case missingParameter = "MISSING_PARAMETER"
    case invalidTemplate = "INVALID_TEMPLATE"
    case tooLong = "TOO_LONG"
    case smsCharacters = "SMS_CHARACTERS"
    case advertisingNotConfigured = "ADVERTISING_NOT_CONFIGURED"
  }

  /// As the header `bongsu-error-code` has it.
  public let code: String
  /// For people: names templates, parameters and limits, never contents.
  public let description: String

  init(_ code: Code, _ description: String) { (self.code, self.description) = (code.rawValue, description) }

  public init(_ problem: RequestProblem) { (code, description) = (problem.code.rawValue, problem.description) }

  init(_ error: TemplateError, of definition: TemplateDefinition) {
    let code: Code =
      switch error.code {
      case .syntax: .invalidTemplate
      case .missing, .notText: .missingParameter
      case .tooLarge: .tooLong
      }
    self.init(code, "\(definition.name): \(error.description)")
  }
}
