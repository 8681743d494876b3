/// How many requests libcurl may have at once. It looks through all that wait inside it, each time, so it never gets more
/// than can be on their way.
struct HostRoom {
  enum Connection: Sendable {
    /// libcurl 7.88 opens one for each request that comes while the first one is being made (curl#10456), so until then
    /// there is one request.
    case none
    /// It is up, and takes one request at a time as far as is known.
    case up
    /// It has answered by HTTP/2.
    case multiplexed
  }

  let connections: Int
  let streams: Int

  /// Of all hosts together.
  var total: Int { connections * streams }

  /// Whether a host may get one more.
  /// - Parameters:
  ///   - inFlight: of the host.
  ///   - all: of all hosts.
  ///   - isAlone: nobody else has or wants any. Where others do, a host has less than what is free, so that one that
  ///     does not answer leaves room to them.
  func isFree(_ connection: Connection, inFlight: Int, all: Int, isAlone: Bool) -> Bool {
    inFlight < limit(connection) && (isAlone || inFlight < total - all)
  }

  private func limit(_ connection: Connection) -> Int {
    switch connection {
    case .none: 1
    case .up: connections
    case .multiplexed: total
    }
  }
}
