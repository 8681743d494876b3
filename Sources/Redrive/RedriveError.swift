public import Runtime

/// What keeps redrive from its work.
public struct RedriveError: DispositionError {
  public let description: String
  public let disposition: Disposition

  init(_ what: String, cause: some DispositionError) {
    description = "\(what): \(cause)"
    disposition = cause.disposition
  }

  /// Something that a person has to mend while it tries again, slowly.
  init(_ description: String) {
    self.description = description
    disposition = .retry(after: .seconds(10))
  }
}
