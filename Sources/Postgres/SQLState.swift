/// A five-character SQLSTATE. A class constant, as `.connectionException`, matches each of its members in a `case`.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  /// True when `value` is `pattern`, or `pattern` is the class (it ends in 000) of `value`.
  public static func ~= (pattern: SQLState, value: SQLState) -> Bool {
    pattern == value || pattern.rawValue.hasSuffix("000") && value.rawValue.hasPrefix(pattern.rawValue.prefix(2))
  }

  public static func ~= (pattern: SQLState, value: SQLState?) -> Bool { value.map { pattern ~= $0 } ?? false }

  public static let connectionException = SQLState(rawValue: "08000")
  public static let dataException = SQLState(rawValue: "22000")
  public static let integrityConstraintViolation = SQLState(rawValue: "23000")
  public static let invalidAuthorization = SQLState(rawValue: "28000")
  public static let invalidPassword = SQLState(rawValue: "28P01")
  public static let invalidCatalogName = SQLState(rawValue: "3D000")
  public static let transactionRollback = SQLState(rawValue: "40000")
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  public static let undefinedObject = SQLState(rawValue: "42704")
  public static let undefinedTable = SQLState(rawValue: "42P01")
  public static let duplicateObject = SQLState(rawValue: "42710")
  public static let insufficientResources = SQLState(rawValue: "53000")
  public static let objectNotInPrerequisiteState = SQLState(rawValue: "55000")
  public static let objectInUse = SQLState(rawValue: "55006")
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  public static let operatorIntervention = SQLState(rawValue: "57000")
  public static let systemError = SQLState(rawValue: "58000")
}
