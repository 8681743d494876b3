public import Runtime

/// What keeps a role from its work. All roles share it, as nobody asks which of them it was.
public struct RoleError: DispositionError {
  public let description: String
  public let disposition: Disposition

  /// What comes right by itself, or once a person mends it.
  public init(_ description: String) {
    self.description = description
    disposition = .retry(after: nil)
  }

  /// A wrapper's error keeps its disposition.
  /// - Parameter what: what was being done.
  public init(_ what: String, cause: some DispositionError) {
    description = "\(what): \(cause)"
    disposition = cause.disposition
  }

  /// Gives what `body` gives; what it throws becomes one of these.
  public static func doing<T, E: DispositionError>(
    _ what: String, _ body: () throws(E) -> T
  ) throws(RoleError) -> T {
    do throws(E) { return try body() } catch { throw RoleError(what, cause: error) }
  }
}
