import PGOutput
import Postgres
import Testing

@testable import Relay

@Suite("What a relay finds before it starts")
struct SourceCheckTests {
  private let source: SourceSettings
  private static let columns = ["created_at", "id", "aggregatetype", "aggregateid", "type", "payload", "extra"]

  init() throws {
    source = SourceSettings(
      name: "default", connection: try ConnectionSettings(conninfo: "host=db"), slot: "bongsu", publication: "bongsu",
      topic: "t", parkedTopic: "p")
  }

  private static func facts(_ change: (inout SourceFacts) -> Void = { _ in }) -> SourceFacts {
    var facts = SourceFacts(
      serverVersion: 150_018, walLevel: "logical", senderTimeoutMilliseconds: 60_000,
      publication: .init(
        publishesInserts: true, publishesMore: false, tables: [.init(name: "outbox.event", columns: columns)]),
      slot: .init(
        plugin: "pgoutput", walStatus: "reserved", confirmed: .zero, isOfThisDatabase: true, isActive: false))
    change(&facts)
    return facts
  }

  private func troubles(_ change: (inout SourceFacts) -> Void) -> [Finding] {
    SourceCheck.findings(Self.facts(change), source).filter { $0.level != .ok }
  }

  @Test func `a sound source has nothing to mend`() {
    let findings = SourceCheck.findings(Self.facts(), source)
    #expect(findings.map(\.check) == ["server version", "recovery", "wal_level", "publication", "table", "slot"])
    #expect(findings.allSatisfy { $0.level == .ok && $0.remedy == nil })
  }

  @Test(
    arguments: [
      Case("wal_level", "ALTER SYSTEM SET wal_level = logical") { $0.walLevel = "replica" },
      Case("recovery", "name the primary") { $0.isInRecovery = true },
      Case("publication", "CREATE PUBLICATION bongsu FOR TABLE") { $0.publication = nil },
      Case("publication", "CREATE PUBLICATION bongsu FOR TABLE") { $0.publication?.publishesInserts = false },
      Case("publication", "ALTER PUBLICATION bongsu ADD TABLE") { $0.publication?.tables = [] },
      Case("table", "no column payload") { $0.publication?.tables[0].columns.removeAll { $0 == "payload" } },
      Case("slot missing", "--create-slot") { $0.slot = nil },
      Case("slot missing", "a standby once (timeline 3)") {
        $0.slot = nil
        $0.timeline = 3
      },
      Case("slot lost", "bongsu relay repair --source default") { $0.slot?.walStatus = "lost" },
      Case("slot", "another plugin") { $0.slot?.plugin = "test_decoding" },
      Case("slot", "another plugin or database") { $0.slot?.isOfThisDatabase = false },
    ])
  fileprivate func `what cannot work is a failure that says what to type`(trouble: Case) {
    let found = troubles(trouble.change)
    #expect(found.map(\.check) == [trouble.check])
    #expect(found.first?.level == .failure)
    #expect(found.first?.remedy != nil)
    #expect(found.first?.description.contains(trouble.words) == true, "\(found)")
  }

  @Test(
    arguments: [
      Case("server version", "15.14") { $0.serverVersion = 150_013 },
      Case("publication", "publish = 'insert'") { $0.publication?.publishesMore = true },
      Case("publication", "publish_via_partition_root") { $0.publication?.tables[0].isPartition = true },
      Case("slot", "raise max_slot_wal_keep_size now") { $0.slot?.walStatus = "unreserved" },
    ])
  fileprivate func `what works for now is a warning`(trouble: Case) {
    let found = troubles(trouble.change)
    #expect(found.map(\.check) == [trouble.check])
    #expect(found.map(\.level) == [.warning])
    #expect(found.first?.description.contains(trouble.words) == true, "\(found)")
  }
}

/// One thing that is wrong, and how it is to be found.
private struct Case: Sendable {
  let check, words: String
  let change: @Sendable (inout SourceFacts) -> Void

  init(_ check: String, _ words: String, _ change: @escaping @Sendable (inout SourceFacts) -> Void) {
    (self.check, self.words, self.change) = (check, words, change)
  }
}
