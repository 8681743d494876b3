import PGOutput
import Postgres
import Relay
import Testing

@testable import Administration

@Suite("What a doctor makes of a server")
struct ServerCheckTests {
  private static let facts = SourceFacts(
    serverVersion: 150_018, walLevel: "logical", senderTimeoutMilliseconds: 60_000, publication: nil,
    slot: .init(
      plugin: "pgoutput", walStatus: "reserved", confirmed: .zero, isOfThisDatabase: true, isActive: true,
      lagBytes: 5 << 20, retainedBytes: 20 << 20))
  private static let server = ServerFacts(
    isInRecovery: false, isEncrypted: true, isRemote: true, slots: .init(used: 1, limit: 10),
    walSenders: .init(used: 1, limit: 10), keptLogLimitBytes: 1 << 30, clockDifferenceSeconds: 0.01,
    outbox: .init(
      mayRegister: true, mayMaintain: false,
      tables: [.init(name: "outbox.event", daysAhead: 14, hasStrays: false, maySelect: false)],
      rights: [
        .init(
          user: "carrier", schema: "outbox", table: "event", maySeeRows: false, auditorsMaySeeRows: true, columns: [])
      ]))

  private func findings(
    _ facts: SourceFacts = facts, _ change: (inout ServerFacts) -> Void = { _ in }
  ) throws -> [Finding] {
    var server = Self.server
    change(&server)
    let source = SourceSettings(
      name: "default", connection: try ConnectionSettings(conninfo: "host=db user=carrier"), slot: "bongsu",
      publication: "bongsu", topic: "t", parkedTopic: "p")
    return ServerCheck.findings(server, facts, source)
  }

  @Test func `a sound server has nothing to mend`() throws {
    let found = try findings()
    #expect(found.allSatisfy { $0.level == .ok }, "\(found)")
    #expect(found.contains { $0.seen == "the slot is 5120 KiB behind" })
    #expect(found.contains { $0.seen.contains("GRANT SELECT ON outbox.event TO carrier") })
    #expect(found.contains { $0.check == "trace" && $0.seen.contains("type GRANT outbox_auditor TO carrier") })
  }

  @Test(
    arguments: [
      Case("primary", .failure, "standby") { $0.isInRecovery = true },
      Case("encryption", .warning, "sslmode=verify-full") { $0.isEncrypted = false },
      Case("room", .warning, "10 of 10 replication slots") { $0.slots.used = 10 },
      Case("room", .warning, "10 of 10 WAL senders") { $0.walSenders.used = 10 },
      Case("kept log", .warning, "max_slot_wal_keep_size = '50GB'") { $0.keptLogLimitBytes = nil },
      Case("kept log", .warning, "of 30 MiB at most") { $0.keptLogLimitBytes = 30 << 20 },
      Case("clock", .warning, "2.5 s ahead of this host's") { $0.clockDifferenceSeconds = 2.5 },
      Case("clock", .warning, "3.0 s behind this host's") { $0.clockDifferenceSeconds = -3 },
      Case("grants", .warning, "GRANT outbox_relay TO carrier") { $0.outbox?.mayRegister = false },
      Case("days", .failure, "no partition for today") { $0.outbox?.tables[0].daysAhead = -1 },
      Case("days", .warning, "for 3 days ahead") { $0.outbox?.tables[0].daysAhead = 3 },
      Case("strays", .warning, "holds rows") { $0.outbox?.tables[0].hasStrays = true },
      Case("strays", .warning, "may hold rows") { $0.outbox?.tables[0].hasStrays = nil },
    ])
  fileprivate func `each trouble alone is found, with what to do`(trouble: Case) throws {
    let found = try findings(Self.facts, trouble.change).filter { $0.level != .ok }
    #expect(found.map(\.check) == [trouble.check])
    #expect(found.map(\.level) == [trouble.level])
    #expect(found.first?.description.contains(trouble.words) == true, "\(found)")
    #expect(found.first?.remedy?.isEmpty == false)
  }

  @Test func `no room is a failure for who still needs it`() throws {
    var facts = Self.facts
    facts.slot?.isActive = false
    let senders = try findings(facts) { $0.walSenders.used = 10 }.filter { $0.level == .failure }
    #expect(senders.map { $0.remedy?.contains("max_wal_senders") } == [true])
    facts.slot = nil
    let slots = try findings(facts) { $0.slots.used = 10 }.filter { $0.level == .failure }
    #expect(slots.map { $0.remedy?.contains("max_replication_slots") } == [true])
  }

  @Test(arguments: [(0, Finding.Level.warning), (600_000, .warning), (500, .warning), (15_000, .ok)])
  func `a time-out for senders is neither off nor long nor very short`(milliseconds: Int, level: Finding.Level) throws {
    var facts = Self.facts
    facts.senderTimeoutMilliseconds = milliseconds
    #expect(try findings(facts).first { $0.check == "wal_sender_timeout" }?.level == level)
  }

  @Test func `another make of outbox is not judged by ours`() throws {
    #expect(try findings { $0.outbox = nil }.allSatisfy { $0.check != "days" && $0.check != "grants" })
  }
}

/// One thing that is wrong, and how it is to be found.
private struct Case: Sendable {
  let check: String
  let level: Finding.Level
  let words: String
  let change: @Sendable (inout ServerFacts) -> Void

  init(
    _ check: String, _ level: Finding.Level, _ words: String, _ change: @escaping @Sendable (inout ServerFacts) -> Void
  ) {
    (self.check, self.level, self.words, self.change) = (check, level, words, change)
  }
}
