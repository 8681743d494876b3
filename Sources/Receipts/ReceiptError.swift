public import Runtime

/// What keeps reports from being recorded.
public struct ReceiptError: DispositionError {
  public let description: String
  public let disposition: Disposition

  init(_ what: String, cause: some DispositionError) {
    description = "\(what): \(cause)"
    disposition = cause.disposition
  }

  init(_ description: String) {
    self.description = description
    disposition = .retry(after: nil)
  }
}
