import Kafka
import NotificationModel
import Postgres
import TestSupport
import Testing

@testable import Audience
@testable import Router

/// What ROUTED says of the part that it counts, so that the log counts each once.
@Suite("The part of an event", .requires(.postgres, .redis))
struct PartTests {
  private let fixture: BatchFixture
  private let router: BatchRouter
  private let three =
    #"{"to": [{"user": 1}, {"user": 99}, {"user": 98}], "template": "hello", "#
    + #""parameters": {"name": "Kim", "order": "A-1"}, "category": "service"}"#

  init() throws {
    fixture = try BatchFixture()
    router = try fixture.router()
  }

  private func part(_ record: SourceRecord) throws -> String? {
    try router.route([record], now: BatchFixture.noon).routed().first?.part
  }

  private func record(recipients: String? = nil, at offset: Int64 = 0) -> SourceRecord {
    BatchFixture.record(
      three, offset: offset,
      headers: recipients.map { [SourceRecord.Header("bongsu-recipients", $0)] } ?? [])
  }

  @Test func `the whole has no name, and recipients have the same one from whatever record they come`() throws {
    #expect(try part(record()) == nil)
    let both = try #require(try part(record(recipients: "1,2")))
    #expect(both.hasPrefix("to:") && both.count == 39)
    #expect(try part(record(recipients: "2,1", at: 7)) == both)
    #expect(try part(record(recipients: "2")) != both)
  }

  /// All others have it already: replayed for everybody it would come to them twice.
  @Test func `a part that cannot be routed is a dead letter of the same part`() throws {
    let headers = [SourceRecord.Header("bongsu-recipients", "1,2"), SourceRecord.Header("bongsu-attempt", "2")]
    let record = BatchFixture.record(three.replacing("hello", with: "none"), headers: headers)
    let letter = try #require(try router.route([record], now: BatchFixture.noon).deadLetters.first)
    #expect(letter.header("bongsu-error-code") == "UNKNOWN_TEMPLATE")
    #expect(letter.header("bongsu-recipients") == "1,2")
  }

  @Test func `a release is named by its deliveries`() throws {
    let event = BatchFixture.record(
      RouterSite.hello(1, category: "service", more: #", "deliverAt": "2026-11-26T12:00:00+09:00""#))
    _ = try router.route([event], now: BatchFixture.noon)
    let connection = try fixture.database.connect()
    var names: Set<String> = []
    for channel in ["sms", "email"] {
      try connection.execute(
        "UPDATE notification.deferred SET due_at = now() + CASE channel WHEN $1 THEN '0 s' ELSE '1 day' END::interval",
        [.text(channel)])
      #expect(try DeferralStore(fixture.database.settings).release(most: 10) == 1)
      let payload = try connection.execute("SELECT payload FROM outbox.event ORDER BY created_at DESC LIMIT 1").scalar
      let id = event.header("id") ?? ""
      let name = try #require(try part(BatchFixture.record(payload ?? "", id: id)))
      #expect(name.hasPrefix("release:"))
      // As a relay that was killed sends it twice.
      #expect(try part(BatchFixture.record(payload ?? "", id: id, offset: 9)) == name)
      names.insert(name)
    }
    #expect(names.count == 2)
  }

  @Test func `an event that was produced again is as old as it was`() throws {
    let first = UnixTime(milliseconds: BatchFixture.noon.milliseconds - 3_600_000)
    let again = BatchFixture.record(
      RouterSite.hello(1), headers: [SourceRecord.Header("bongsu-arrived", "\(first.milliseconds)")])
    let batch = try router.route([again], now: BatchFixture.noon)
    #expect(try batch.deliveries().allSatisfy { $0.notBefore == first } && !batch.deliveries().isEmpty)
  }
}
