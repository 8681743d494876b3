/// A five-character SQLSTATE, or a class of them: the first two characters alone.
///
/// As a pattern a class matches all its members, and a full state only itself:
///
///     switch error.sqlState {
///     case .objectInUse: …          // 55006
///     case .connectionException: …  // 08000, 08006, …
///     default: …
///     }
///
/// The struct is open: `SQLState(rawValue: "42P07")` is as good as a constant.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  /// True for the same state, and for each member of a class.
  public static func ~= (pattern: SQLState, value: SQLState) -> Bool {
    pattern == value || pattern.rawValue.utf8.count == 2 && value.rawValue.hasPrefix(pattern.rawValue)
  }

  public static func ~= (pattern: SQLState, value: SQLState?) -> Bool { value.map { pattern ~= $0 } ?? false }
}

/// Classes.
extension SQLState {
  public static let connectionException = SQLState(rawValue: "08")
  public static let dataException = SQLState(rawValue: "22")
  public static let integrityConstraintViolation = SQLState(rawValue: "23")
  public static let invalidTransaction = SQLState(rawValue: "25")
  public static let invalidAuthorization = SQLState(rawValue: "28")
  public static let transactionRollback = SQLState(rawValue: "40")
  public static let insufficientResources = SQLState(rawValue: "53")
  public static let programLimitExceeded = SQLState(rawValue: "54")
  public static let operatorIntervention = SQLState(rawValue: "57")
  public static let systemError = SQLState(rawValue: "58")
  /// Errors raised by functions, as with `RAISE EXCEPTION`.
  public static let raised = SQLState(rawValue: "P0")
  public static let internalError = SQLState(rawValue: "XX")
}

/// Single states.
extension SQLState {
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  public static let uniqueViolation = SQLState(rawValue: "23505")
  public static let readOnlyTransaction = SQLState(rawValue: "25006")
  public static let failedTransaction = SQLState(rawValue: "25P02")
  public static let invalidAuthorizationSpecification = SQLState(rawValue: "28000")
  public static let invalidPassword = SQLState(rawValue: "28P01")
  /// A plan whose result's types have changed is one too.
  public static let featureNotSupported = SQLState(rawValue: "0A000")
  /// A prepared statement that is not there.
  public static let invalidStatementName = SQLState(rawValue: "26000")
  public static let invalidCatalogName = SQLState(rawValue: "3D000")
  public static let serializationFailure = SQLState(rawValue: "40001")
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  public static let undefinedFunction = SQLState(rawValue: "42883")
  public static let undefinedTable = SQLState(rawValue: "42P01")
  /// A slot or a publication that is not there.
  public static let undefinedObject = SQLState(rawValue: "42704")
  public static let duplicateObject = SQLState(rawValue: "42710")
  public static let tooManyConnections = SQLState(rawValue: "53300")
  /// A slot whose log was removed, and `wal_level` too low.
  public static let unmetPrerequisite = SQLState(rawValue: "55000")
  /// A slot that another connection streams from.
  public static let objectInUse = SQLState(rawValue: "55006")
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  public static let queryCanceled = SQLState(rawValue: "57014")
  public static let adminShutdown = SQLState(rawValue: "57P01")
  public static let cannotConnectNow = SQLState(rawValue: "57P03")
}
