import Foundation
import LocalServers
import NotificationModel
import Operations
import Redis
import TestSupport
import Testing

@testable import Worker

/// What one worker leaves another finds.
@Suite("Workers after each other", .requires(.broker, .redis)) struct WorkerHandOverTests {
  private let site: WorkerSite

  init() throws { site = try WorkerSite() }

  private func claims(_ owner: String, lease: Duration) throws -> ClaimStore {
    var settings = ClaimStore.Settings(owner: owner)
    (settings.prefix, settings.lease) = (site.prefix, lease)
    return ClaimStore(try RedisConnection(SharedServers.redis.redisSettings), settings)
  }

  private func ticket(_ delivery: Delivery) -> ClaimTicket {
    ClaimTicket(deliveryID: delivery.id, replay: 0, attempt: 1)
  }

  @Test func `an outcome that was marked and not told is told, and nothing is sent`() throws {
    let (sent, failed) = (WorkerSite.delivery(to: 1), WorkerSite.delivery(to: 2))
    let dead = try claims("dead", lease: .seconds(60))
    let tickets = [ticket(sent), ticket(failed)]
    _ = try dead.claim(tickets)
    _ = try dead.begin(tickets)
    let now = UnixTime(milliseconds: 9)
    _ = try dead.finish([
      (tickets[0], SendOutcome(state: .success, providerID: "p", time: now)),
      (tickets[1], SendOutcome(state: .retrying, code: "E", errorClass: .retriable, time: now)),
    ])
    try site.produce([sent, failed])
    let provider = SpyProvider()
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("both are committed") { try site.committed() == 2 }
    #expect(provider.ids == [])
    #expect(try site.statuses(.success).map(\.time) == [now] && site.statuses(.retrying).map(\.reason) == ["E"])
    #expect(try site.records(.deadLetters).map(\.key) == ["2"])
  }

  @Test(arguments: [true, false]) func `what was begun and never marked is sent again only where that does no harm`(
    resends: Bool
  ) throws {
    let delivery = WorkerSite.delivery()
    let dead = try claims("dead", lease: .milliseconds(500))
    _ = try dead.claim([ticket(delivery)])
    _ = try dead.begin([ticket(delivery)])
    try site.produce([delivery])
    let provider = SpyProvider(resends: resends)
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("it is committed") { try site.committed() == 1 }
    #expect(provider.ids == (resends ? [delivery.id] : []))
    let states = try site.statuses(resends ? .success : .ambiguous)
    #expect(states.map(\.deliveryID) == [delivery.id])
    #expect(try site.records(.deadLetters).count == (resends ? 0 : 1))
  }

  @Test func `what another has at present is waited for`() throws {
    let delivery = WorkerSite.delivery()
    let other = try claims("other", lease: .seconds(1))
    _ = try other.claim([ticket(delivery)])
    try site.produce([delivery])
    let provider = SpyProvider()
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    // It never sends; its lease runs out.
    try eventually("it is sent by the second one") { provider.ids == [delivery.id] }
    try eventually("it is committed") { try site.committed() == 1 }
  }

  @Test func `an answer that comes after a stop's deadline is looked up by the next worker`() throws {
    try site.produce((0..<20).map { WorkerSite.delivery(to: $0) })
    let silent = SpyProvider { _, _ in .later }
    let first = try site.worker(silent)
    try eventually("all are on their way") { silent.heldCount == 20 }
    let error = #expect(throws: RoleError.self) { try first.stop(within: .milliseconds(100)) }
    #expect(error?.description.hasPrefix("20 deliveries were in flight") == true)
    #expect(try site.committed() == 0)
    let provider = SpyProvider()
    let second = try site.worker(provider)
    defer { try? second.stop(within: .seconds(5)) }
    try eventually("all are committed", within: .seconds(60)) { try site.committed() == 20 }
    // As the first may have sent them; with the ids that the provider knows.
    #expect(Set(provider.ids) == Set(silent.ids) && provider.ids.count == 20)
  }

  @Test func `a stop finishes what is in flight`() throws {
    try site.produce((0..<20).map { WorkerSite.delivery(to: $0) })
    let provider = SpyProvider { _, _ in .later }
    let worker = try site.worker(provider)
    try eventually("all are on their way") { provider.heldCount == 20 }
    let released = Thread {
      try? eventually("the stop has begun") { worker.isStopping }
      provider.release()
    }
    released.start()
    try worker.stop(within: .seconds(20))
    #expect(try site.committed() == 20 && site.statuses(.success).count == 20)
  }

  @Test func `two workers share the partitions, and one that leaves loses nothing`() throws {
    let (one, two) = (SpyProvider(), SpyProvider())
    let first = try site.worker(one)
    let second = try site.worker(two)
    defer { try? second.stop(within: .seconds(5)) }
    var produced: Set<String> = []
    func produce(_ count: Int) throws {
      let more = (0..<count).map { WorkerSite.delivery(to: produced.count + $0) }
      try site.produce(more)
      produced.formUnion(more.map(\.id))
    }
    // Whoever joins first has all partitions until the other has joined.
    try eventually("both have sent some", within: .seconds(90)) {
      try produce(50)
      return !one.ids.isEmpty && !two.ids.isEmpty
    }
    try first.stop(within: .seconds(10))
    try produce(1_000)
    try eventually("all are committed", within: .seconds(60)) { try site.committed() == produced.count }
    let all = one.ids + two.ids
    #expect(all.count == produced.count && Set(all) == produced)
    #expect(Set(try site.statuses(.success).map(\.deliveryID)) == produced)
  }
}
