/// One host's requests that wait, in the order in which they came.
struct RequestLine {
  private var requests: [PendingRequest?] = []
  private var start = 0

  var count: Int { requests.count - start }
  var isEmpty: Bool { count == 0 }
  /// With those that have left and are not given up yet.
  var places: Int { requests.count }

  mutating func append(_ request: PendingRequest) { requests.append(request) }

  /// Moves the others only once as many have left, so that each is moved once at most on average.
  mutating func popFirst() -> PendingRequest? {
    guard start < requests.count else { return nil }
    let first = requests[start]
    requests[start] = nil
    start += 1
    if start > 32, start * 2 >= requests.count {
      requests.removeFirst(start)
      start = 0
    }
    return first
  }

  /// Takes those out that have waited for too long.
  mutating func removeExpired(at now: Int64) -> [PendingRequest] {
    let waiting = requests[start...].compactMap(\.self)
    let expired = waiting.filter { $0.deadline <= now }
    if !expired.isEmpty { (requests, start) = (waiting.filter { $0.deadline > now }, 0) }
    return expired
  }

  mutating func removeAll() -> [PendingRequest] {
    defer { (requests, start) = ([], 0) }
    return requests[start...].compactMap(\.self)
  }

  /// When the next one has waited for too long.
  var nextDeadline: Int64 { requests[start...].reduce(.max) { min($0, $1?.deadline ?? .max) } }
}
