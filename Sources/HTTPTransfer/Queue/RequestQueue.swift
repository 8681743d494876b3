/// What waits for a connection, by host. Its bounds are kept before it gets anything.
struct RequestQueue {
  private var lines: [Substring: RequestLine] = [:]
  /// Not later than when the next one has waited for too long.
  private(set) var nextDeadline = Int64.max
  private var left = (count: 0, bytes: 0)

  var isEmpty: Bool { lines.isEmpty }
  /// Those with requests.
  var hosts: [Substring] { Array(lines.keys) }
  var hostCount: Int { lines.count }

  mutating func append(_ request: PendingRequest, to host: Substring) {
    lines[host, default: RequestLine()].append(request)
    nextDeadline = min(nextDeadline, request.deadline)
  }

  mutating func popFirst(of host: Substring) -> PendingRequest? {
    guard let request = lines[host]?.popFirst() else { return nil }
    if lines[host]?.isEmpty == true { lines[host] = nil }
    note([request])
    return request
  }

  mutating func removeExpired(at now: Int64) -> [PendingRequest] {
    guard nextDeadline <= now else { return [] }
    let expired = hosts.flatMap { lines[$0]?.removeExpired(at: now) ?? [] }
    lines = lines.filter { !$0.value.isEmpty }
    nextDeadline = lines.values.reduce(.max) { min($0, $1.nextDeadline) }
    note(expired)
    return expired
  }

  mutating func removeAll() -> [PendingRequest] {
    let all = hosts.flatMap { lines[$0]?.removeAll() ?? [] }
    (lines, nextDeadline) = ([:], .max)
    note(all)
    return all
  }

  /// What has left since this was asked last.
  mutating func takeLeft() -> (count: Int, bytes: Int) {
    defer { left = (0, 0) }
    return left
  }

  private mutating func note(_ requests: [PendingRequest]) {
    left.count += requests.count
    left.bytes += requests.reduce(0) { $0 + $1.request.size }
  }
}
