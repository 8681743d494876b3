import Foundation
import LocalServers
import NotificationModel
import Redis
import TestSupport
import Testing

/// Redrive through restarts, in company, and without its servers.
@Suite("Redrive that is interrupted", .requires(.postgres, .redis, .broker), .serialized)
struct RedriveFaultTests {
  private func letters(
    _ site: RedriveSite, _ count: Int, attempts: ClosedRange<Int> = 1...4
  ) throws -> [RedriveSite.Letter] {
    let target = try site.site.database.contact(of: 1, "phone")
    return try (0..<count).map { number in
      var delivery = RedriveSite.sms(1)
      delivery.target = target
      return try site.letter(delivery, attempt: attempts.lowerBound + number % attempts.count)
    }
  }

  private func ids(_ records: [TopicReader.Record]) -> Set<String> { Set(records.compactMap { $0.header("id") }) }

  private func ids(_ letters: [RedriveSite.Letter]) -> Set<String> {
    Set(letters.compactMap { letter in letter.headers.first { $0.name == "id" }?.text })
  }

  @Test func `killed while each tier has some that wait, it goes on where it was`() throws {
    let site = try RedriveSite()
    try site.site.makePeople(1)
    let flags = ["--set", "redrive.instance=one"]
    let first = try site.start(redis: SharedServers.redis.address, tiers: "6s,6s,6s,6s", flags)
    let letters = try letters(site, 8)
    try site.produce(letters)
    try eventually("each tier has two") {
      try NotificationTopic.retries.allSatisfy { try site.records($0).count == 2 }
    }
    first.kill()
    let second = try site.start(redis: SharedServers.redis.address, tiers: "1s,1s,1s,1s", flags)
    try eventually("all are back") { try ids(site.records(.sms)) == ids(letters) }
    #expect(try second.terminate().isSuccess)
    #expect(try site.records(.parked).isEmpty)
  }

  @Test func `an attempt after another, those of a person come back in their order, and at last are parked`() throws {
    let site = try RedriveSite()
    try site.site.makePeople(1)
    let redrive = try site.start(redis: SharedServers.redis.address)
    var letters = try letters(site, 3, attempts: 1...1)
    let order = letters.compactMap { letter in letter.headers.first { $0.name == "id" }?.text }
    for attempt in 1...5 {
      try site.produce(letters)
      guard attempt < 5 else { break }
      try eventually("attempt \(attempt + 1) is made") { try site.records(.sms).count == 3 * attempt }
      let made = try site.records(.sms).filter { $0.header("bongsu-attempt") == "\(attempt + 1)" }
      #expect(made.compactMap { $0.header("id") } == order)
      for index in letters.indices {
        letters[index].headers.removeAll { $0.name == "bongsu-attempt" }
        letters[index].headers.append(("bongsu-attempt", "\(attempt + 1)"))
      }
    }
    try eventually("all are parked") { try site.records(.parked).count == 3 }
    #expect(try site.records(.parked).compactMap { $0.header("id") } == order)
    try eventually("they have failed") { try site.statuses(.fail).count == 3 }
    try eventually("an operator hears of all") { try site.alerts().reduce(0) { $0 + $1.count } == 3 }
    #expect(try NotificationTopic.retries.map { try site.records($0).count } == [3, 3, 3, 3])
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `two share the work, and one goes on with what the other leaves`() throws {
    let site = try RedriveSite(partitions: 4)
    try site.site.makePeople(1)
    let redrives = try (0..<2).map { _ in try site.start(redis: SharedServers.redis.address) }
    for redrive in redrives { try redrive.waitUntilReady() }
    var letters = try letters(site, 60)
    for index in letters.indices { letters[index].key = "\(index)" }
    try site.produce(Array(letters.prefix(30)))
    try eventually("some are back") { try !site.records(.sms).isEmpty }
    #expect(try redrives[0].terminate().isSuccess)
    try site.produce(Array(letters.suffix(30)))
    try eventually("all are back", within: .seconds(60)) { try ids(site.records(.sms)) == ids(letters) }
    #expect(try redrives[1].terminate().isSuccess)
    #expect(try site.records(.sms).count == 60)
  }

  @Test func `a broker that is started anew is waited for`() throws {
    let broker = try BrokerChoice.current.start()
    defer { try? broker.stop(kill: true) }
    let site = try RedriveSite(broker: broker)
    try site.site.makePeople(1)
    let redrive = try site.start(redis: SharedServers.redis.address, tiers: "3s,3s,3s,3s")
    let letters = try letters(site, 20)
    try site.produce(letters)
    try eventually("they wait") { try site.records(NotificationTopic.retries[0]).count == 5 }
    try broker.stop(kill: true)
    try broker.start()
    try eventually("all are back", within: .seconds(60)) { try ids(site.records(.sms)) == ids(letters) }
    #expect(try redrive.terminate().isSuccess)
  }

  @Test func `without PostgreSQL what is due waits, and goes on by itself`() throws {
    let postgres = try PostgresServer()
    let site = try RedriveSite(postgres: postgres)
    try site.site.makePeople(1)
    let redrive = try site.start(redis: SharedServers.redis.address)
    try redrive.waitUntilReady()
    let letters = try letters(site, 4)
    try postgres.stop(.immediate)
    try site.produce(letters)
    try redrive.waitForProblem("PostgreSQL")
    #expect(try site.records(.sms).isEmpty && site.records(.parked).isEmpty)
    try postgres.start()
    try eventually("all are back", within: .seconds(60)) { try ids(site.records(.sms)) == ids(letters) }
    try redrive.waitUntilReady()
    #expect(try redrive.terminate().isSuccess)
  }
}
