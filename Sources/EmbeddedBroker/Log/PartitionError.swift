/// Why a partition refuses, as the client is told.
struct PartitionError: Error, Equatable, CustomStringConvertible {
  let code: ErrorCode
  /// Says what to do; never holds what a record holds.
  let description: String

  init(_ code: ErrorCode, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: LogError) { self.init(.storageError, error.description) }
}
