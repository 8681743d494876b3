import Foundation
import NotificationModel
import Operations
import Telemetry
import TestSupport
import Testing

@testable import Worker

@Suite("A worker", .requires(.broker, .redis)) struct WorkerRoleTests {
  private let site: WorkerSite

  init() throws { site = try WorkerSite() }

  @Test func `a delivery is sent once, told as PROCESSING and SUCCESS, and committed`() throws {
    let deliveries = (0..<200).map { WorkerSite.delivery(to: $0) }
    try site.produce(deliveries)
    let provider = SpyProvider()
    let worker = try site.worker(provider)
    try eventually("all are committed") { try site.committed() == 200 }
    try worker.stop(within: .seconds(10))
    #expect(Set(provider.ids) == Set(deliveries.map(\.id)) && provider.ids.count == 200)
    #expect(provider.requests.allSatisfy { $0.attempt == 1 })
    let done = try site.statuses(.success)
    #expect(Set(done.map(\.deliveryID)) == Set(provider.ids) && done.count == 200)
    #expect(done.allSatisfy { $0.providerID == "p" && $0.attempt == 1 && $0.reason == nil })
    #expect(try site.statuses(.processing).count == 200 && site.records(.deadLetters).isEmpty)
    #expect(worker.state.kind == .stopped)
  }

  @Test func `what fails is told with its class, and is a dead letter where something is left to do`() throws {
    let effects: [SendFailure.Effect] = [
      .retriable, .permanent, .deadAddress(since: UnixTime(milliseconds: 7)), .unknown,
    ]
    let deliveries = effects.indices.map { WorkerSite.delivery("d\($0)", to: $0) }
    try site.produce(deliveries, headers: ["bongsu-attempt": "3", "traceparent": "00-a"])
    let provider = SpyProvider(resends: false) { request, _ in
      let effect = effects[Int(request.delivery.id.dropFirst()) ?? 0]
      return .now(.failed(SendFailure(effect, code: "CODE", retryAfter: .seconds(60))))
    }
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("all are committed") { try site.committed() == 4 }
    let letters = try site.records(.deadLetters)
    #expect(letters.count == 3)
    let classes = Dictionary(uniqueKeysWithValues: letters.map { ($0.key, $0.header("bongsu-error-class") ?? "") })
    #expect(classes == ["0": "RETRIABLE", "1": "PERMANENT", "3": "PERMANENT"])
    for letter in letters {
      #expect(letter.header("bongsu-error-code") == "CODE" && letter.header("bongsu-attempt") == "3")
      #expect(letter.header("bongsu-retry-after") == "60" && letter.header("traceparent") == "00-a")
      #expect(letter.header("bongsu-origin")?.hasPrefix(site.name(site.channel.topic) + "/") == true)
      let value = try JSONDecoder().decode(Delivery.self, from: Data(letter.value.utf8))
      #expect(value == deliveries[Int(letter.key) ?? 0])
    }
    #expect(try site.statuses(.retrying).map(\.deliveryID) == ["d0"])
    #expect(try site.statuses(.ambiguous).map(\.deliveryID) == ["d3"])
    #expect(try site.records(.deadLetters).filter { $0.header("bongsu-state") == "AMBIGUOUS" }.count == 1)
    let failed = try site.statuses(.fail).sorted { $0.deliveryID < $1.deliveryID }
    #expect(failed.map(\.deliveryID) == ["d1", "d2"] && failed[1].deadSince == UnixTime(milliseconds: 7))
    #expect(failed.allSatisfy { $0.attempt == 3 && $0.reason == "CODE" })
  }

  @Test func `a provider that takes nothing costs no attempt, and all arrive once it does`() throws {
    let deliveries = (0..<50).map { WorkerSite.delivery(to: $0) }
    try site.produce(deliveries)
    let provider = SpyProvider { request, before in
      before < 1 ? .now(.failed(SendFailure(.providerBusy, code: "BUSY"))) : .now(SpyProvider.sent)
    }
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("all are committed", within: .seconds(60)) { try site.committed() == 50 }
    #expect(try site.statuses(.success).count == 50 && site.records(.deadLetters).isEmpty)
    #expect(provider.requests.allSatisfy { $0.attempt == 1 })
    #expect(try site.statuses(.processing).count == 50)
  }

  @Test func `one address gets one at a time and in order, others at the same time`() throws {
    let deliveries = (0..<30).map { WorkerSite.delivery("d\($0)", to: $0 % 3) }
    try site.produce(deliveries)
    let provider = SpyProvider { _, _ in .later }
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    for round in 1...10 {
      try eventually("three are on their way") { provider.heldCount == 3 && provider.requests.count == round * 3 }
      provider.release()
    }
    try eventually("all are committed") { try site.committed() == 30 }
    #expect(provider.mostPerAddress == 1 && provider.mostInAll == 3)
    for number in 0..<3 {
      let order = provider.requests.filter { $0.delivery.target == "\(number)" }.map(\.delivery.id)
      #expect(order == stride(from: number, to: 30, by: 3).map { "d\($0)" })
    }
  }

  @Test func `at the cap it reads no more, and goes on once something is finished`() throws {
    try site.produce((0..<400).map { WorkerSite.delivery(to: $0) })
    let provider = SpyProvider { _, before in .later }
    let worker = try site.worker(provider) { ($0.unfinished, $0.inFlight) = (20, 10) }
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("ten are on their way") { provider.heldCount == 10 }
    #expect(provider.mostInAll == 10)
    while provider.requests.count < 400 || provider.heldCount > 0 {
      provider.release()
      try eventually("more are on their way, or all were") { provider.heldCount > 0 || provider.requests.count == 400 }
    }
    try eventually("all are committed") { try site.committed() == 400 }
    #expect(provider.mostInAll <= 10)
  }

  @Test func `full, it hears of what comes meanwhile all the same`() throws {
    let registry = MetricsRegistry()
    let worker = WorkerRole(
      try site.settings { ($0.unfinished, $0.inFlight) = (5, 5) }, provider: SpyProvider { _, _ in .later },
      registry: registry, logger: Logger(label: "test", level: .critical))
    worker.start()
    defer { try? worker.stop(within: .seconds(1)) }
    func told(_ name: String) -> Int {
      let line = registry.render().split(separator: "\n").last { $0.hasPrefix("bongsu_worker_\(name){") }
      return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
    func expectAll(_ count: Int) throws {
      try eventually("\(count) deliveries are at hand or told to wait", within: .seconds(60)) {
        told("unfinished") + told("lag_records") == count
      }
    }
    // It takes as many at once as Kafka gives it, and then no more.
    try site.produce((0..<50).map { WorkerSite.delivery(to: $0) })
    try eventually("it is full") { told("unfinished") >= 5 }
    try expectAll(50)
    try site.produce((0..<100).map { WorkerSite.delivery(to: $0) })
    try expectAll(150)
    try site.produce((0..<30).map { WorkerSite.delivery(to: $0) })
    try expectAll(180)
    #expect(told("unfinished") <= 50)
  }

  @Test func `a record that is no delivery is a dead letter, and the next one flows`() throws {
    try site.produce([("1", Array("{".utf8)), ("2", [0xFF])], headers: ["schema": "delivery.v1"])
    try site.produce([("3", Array("{}".utf8))], headers: ["schema": "delivery.v9"])
    let other = WorkerSite.delivery(channel: .email)
    try site.produce([other])
    let good = WorkerSite.delivery()
    try site.produce([good])
    let provider = SpyProvider()
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("all are committed") { try site.committed() == 5 }
    #expect(provider.ids == [good.id])
    let codes = try site.records(.deadLetters).compactMap { $0.header("bongsu-error-code") }.sorted()
    #expect(codes == ["INVALID_DELIVERY", "INVALID_DELIVERY", "UNKNOWN_SCHEMA", "WRONG_CHANNEL"])
  }

  @Test func `what is too late is not sent`() throws {
    var late = WorkerSite.delivery("late")
    late.sendBefore = UnixTime(milliseconds: 1)
    var stale = WorkerSite.delivery("stale", to: 2)
    stale.notBefore = UnixTime(milliseconds: stale.notBefore.milliseconds - 48 * 3_600_000)
    try site.produce([late, stale])
    let provider = SpyProvider()
    let worker = try site.worker(provider)
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("both are committed") { try site.committed() == 2 }
    #expect(provider.ids == [])
    let letters = try site.records(.deadLetters)
    #expect(Set(letters.compactMap { $0.header("bongsu-error-code") }) == ["WINDOW", "STALE"])
    #expect(Set(letters.compactMap { $0.header("bongsu-error-class") }) == ["WINDOW", "PERMANENT"])
  }

  @Test func `what its provider does, and by which vendors, is in its metrics`() throws {
    let (provider, registry) = (SpyProvider(), MetricsRegistry())
    func page(has lines: String...) throws {
      try eventually("the page has \(lines)") {
        let page = registry.render()
        return lines.allSatisfy { page.contains("bongsu_worker_\($0)\n") }
      }
    }
    provider.tell(
      ProviderLoad(queued: 3, connections: 2, connectionsOpened: 5),
      [ProviderWay(name: "one", failure: "HTTP_503"), ProviderWay(name: "two")])
    let worker = try site.worker(provider, registry: registry)
    defer { try? worker.stop(within: .seconds(5)) }
    try page(
      has: #"provider_queued{channel="sms"} 3"#, #"provider_connections{channel="sms"} 2"#,
      #"provider_connections_opened_total{channel="sms"} 5"#, #"vendor_up{channel="sms",vendor="one"} 0"#,
      #"vendor_up{channel="sms",vendor="two"} 1"#)
    provider.tell(
      ProviderLoad(queued: 0, connections: 1, connectionsOpened: 7),
      [ProviderWay(name: "one"), ProviderWay(name: "two")])
    try page(
      has: #"provider_queued{channel="sms"} 0"#, #"provider_connections_opened_total{channel="sms"} 7"#,
      #"vendor_up{channel="sms",vendor="one"} 1"#)
  }

  @Test func `a rate is kept to`() throws {
    try site.produce((0..<60).map { WorkerSite.delivery(to: $0) })
    let provider = SpyProvider { _, _ in .now(SpyProvider.sent) }
    let start = ContinuousClock.now
    let worker = try site.worker(provider) { $0.rate = 30 }
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("all are committed") { try site.committed() == 60 }
    // Sixty at 30 a second, three of them at once.
    #expect(ContinuousClock.now - start >= .milliseconds(1_800))
  }
}
