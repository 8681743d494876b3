/// A fetch that waits until there is enough to read, or its time is up.
final class WaitingFetch {
  let exchange: Exchange
  let request: FetchAPI.Request
  let partitions: [Partition]
  var timer: LoopTimer?
  /// What it found at first, and what was shown of its partitions at that time.
  private var foundBytes: Int
  private var shownThen: UInt64

  init(_ exchange: Exchange, _ request: FetchAPI.Request, _ partitions: [Partition], foundBytes: Int) {
    self.exchange = exchange
    self.request = request
    self.partitions = partitions
    self.foundBytes = foundBytes
    shownThen = Self.shown(partitions)
  }

  /// True once so much was appended that the request can be answered.
  var hasEnough: Bool {
    foundBytes + Int(Self.shown(partitions) - shownThen) >= Int(request.bytesMin)
  }

  /// There was less to read than counted; the rest is waited for.
  func recount(foundBytes: Int) {
    self.foundBytes = foundBytes
    shownThen = Self.shown(partitions)
  }

  private static func shown(_ partitions: [Partition]) -> UInt64 { partitions.reduce(0) { $0 &+ $1.shownBytes } }

  func register() { for partition in partitions { partition.fetches.append(self) } }

  func leave() {
    timer?.close()
    timer = nil
    for partition in partitions { partition.fetches.removeAll { $0 === self } }
  }
}
