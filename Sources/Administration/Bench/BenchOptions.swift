/// How large a run is.
public struct BenchOptions: Sendable, Equatable {
  /// The backlog.
  public var rows = 200_000
  /// How long rows are inserted for the latency, and how many a second.
  public var seconds = 20
  public var rate = 1_000

  public init() {}
}

/// Why a benchmark could not be run, or not be trusted; it says what to do.
public struct BenchError: Error, CustomStringConvertible, Equatable {
  public let description: String
  init(_ description: String) { self.description = description }
}
