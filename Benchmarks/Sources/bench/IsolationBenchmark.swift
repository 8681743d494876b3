import Foundation

/// What the other channels notice of an APNs that takes everything and answers nothing: a worker for each channel, a hundred
/// deliveries a second for each, and for each that is not APNs' the time from its writing to the arrival of its SUCCESS.
struct IsolationBenchmark {
  let setting: Setting
  let site: WorkerBenchSite
  private static let others = DeliveryKind.allCases.filter { $0 != .pushIOS }
  private static let perSecond = 100
  private var seconds: Int { setting.isQuick ? 8 : 30 }

  func run(_ report: inout Report) throws {
    note("the other channels while APNs stands still")
    try site.startSimulator(latency: 20)
    // Statuses of pushes for iOS go to a topic of their own, so that only the others are counted.
    let (dead, others) = (
      try site.topics("dead", [.pushIOS]), try site.topics("others", Self.others)
    )
    var workers = [try site.startWorker(dead, .pushIOS)]
    defer { for worker in workers { _ = worker.stop() } }
    for kind in Self.others { workers.append(try site.startWorker(others, kind)) }
    // The first seconds are the clients' and the groups'.
    _ = try latency(dead, others, seconds: 5)
    let calm = try latency(dead, others, seconds: seconds)
    try site.tellSimulator("misbehave?provider=apns&how=hang&for=600s")
    let faulty = try latency(dead, others, seconds: seconds)
    report.line("\(Self.others.count * Self.perSecond)/s by the other channels, milliseconds to their SUCCESS:")
    report.table(Distribution.percentileTable([("APNs answers", calm), ("APNs hangs", faulty)]))
    report.figure("isolation_p99_milliseconds_before", calm.percentile(0.99))
    report.figure("isolation_p99_milliseconds", faulty.percentile(0.99))
    report.figure("isolation_p99_ratio", faulty.percentile(0.99) / calm.percentile(0.99))
  }

  private func latency(
    _ dead: WorkerBenchSite.Topics, _ others: WorkerBenchSite.Topics, seconds: Int
  ) throws -> Distribution {
    let consumer = try site.consumer(others)
    let producers =
      [try site.producer(dead, .pushIOS)] + (try Self.others.map { try site.producer(others, $0) })
    for producer in producers {
      Thread { producer.run(perSecond: Self.perSecond, count: Self.perSecond * seconds) }.start()
    }
    let expected = Self.others.count * Self.perSecond * seconds
    let deadline = ContinuousClock.now + .seconds(seconds + 60)
    while consumer.microseconds.count < expected, ContinuousClock.now < deadline {
      consumer.receive(milliseconds: 100)
    }
    guard consumer.microseconds.count == expected else {
      throw BenchmarkError("\(consumer.microseconds.count) successes of \(expected)")
    }
    return Distribution(consumer.microseconds)
  }
}
