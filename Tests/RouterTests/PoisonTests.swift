import Foundation
import Kafka
import NotificationModel
import TestSupport
import Testing

@testable import Router

/// What cannot be routed goes whole to the dead letters, with the reason, and the next event flows.
@Suite("Poison", .requires(.postgres, .redis))
struct PoisonTests {
  private let fixture: BatchFixture

  init() throws { fixture = try BatchFixture() }

  static let cases: [(payload: String, code: String)] = [
    ("{", "INVALID_JSON"), ("", "INVALID_JSON"), ("[]", "INVALID_MEMBER"), (#""text""#, "INVALID_MEMBER"),
    ("{}", "INVALID_MEMBER"), (#"{"to": 7, "category": "service"}"#, "INVALID_MEMBER"),
    (#"{"to": [{"user": "seven"}], "category": "service", "template": "hello"}"#, "INVALID_MEMBER"),
    (#"{"to": [{"user": 1, "email": "a@b.kr"}], "category": "service", "template": "hello"}"#, "INVALID_RECIPIENT"),
    (String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), "INVALID_JSON"),
    (hello(parameters: deep), "INVALID_JSON"),
    (hello(#", "channels": ["fax"]"#), "UNKNOWN_CHANNEL"), (hello(#", "expiresAt": "soon""#), "INVALID_TIME"),
    (RouterSite.hello(1, category: "nonsense"), "UNKNOWN_CATEGORY"),
    (#"{"to": [{"user": 1}], "category": "service", "template": "none"}"#, "UNKNOWN_TEMPLATE"),
    (#"{"to": [{"user": 1}], "category": "service", "template": "hello"}"#, "MISSING_PARAMETER"),
    (#"{"to": [{"user": 1}], "category": "service", "template": "a\u0000b"}"#, "INVALID_MEMBER"),
    (inline(#""push": {"title": "\#(String(repeating: "😀", count: 1_024))", "body": "x"}"#), "TOO_LONG"),
    (inline(#""sms": {"body": "smile 😀"}"#), "SMS_CHARACTERS"),
    (
      #"{"to": [{"email": "a@b.kr\r\nRCPT TO:<c@d.kr>"}], "category": "service", "content": {"email": {"#
        + #""subject": "s", "text": "t"}}}"#, "INVALID_ADDRESS"
    ),
    (#"{"to": [{"user": 99999}], "category": "service", "template": "hello"}"#, "UNKNOWN_USER"),
  ]

  private static func hello(_ more: String = "", parameters: String = #"{"name": "Kim", "order": "A-1"}"#) -> String {
    #"{"to": [{"user": 1}], "template": "hello", "category": "service", "parameters": \#(parameters)\#(more)}"#
  }

  private static func inline(_ content: String) -> String {
    #"{"to": [{"user": 1}], "category": "service", "content": {\#(content)}}"#
  }

  private static let deep = String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)

  @Test(arguments: cases.indices)
  func `it is a dead letter with a reason, byte for byte, and the next event flows`(index: Int) throws {
    let (payload, code) = Self.cases[index]
    let headers = [SourceRecord.Header("tenant", "t"), SourceRecord.Header("bongsu-attempt", "3")]
    let poison = BatchFixture.record(payload, offset: 41, headers: headers)
    let batch = try fixture.router().route([poison, BatchFixture.record(RouterSite.hello(2))], now: BatchFixture.noon)
    let letter = try #require(batch.deadLetters.first)
    #expect(letter.content.value == poison.value && letter.content.key == poison.key && batch.deadLetters.count == 1)
    #expect(letter.header("bongsu-error-code") == code)
    #expect(letter.header("bongsu-error-class") == (code == "UNKNOWN_USER" ? "RETRIABLE" : "PERMANENT"))
    #expect(letter.header("bongsu-origin") == "notification.events/0/41")
    #expect(letter.header("bongsu-attempt") == "3" && letter.header("tenant") == "t")
    #expect(try batch.deliveries().map(\.user) == [2, 2, 2, 2])
    // Of what the event says nothing is in the reason.
    let detail = letter.header("bongsu-error-detail") ?? ""
    #expect(!detail.isEmpty && !detail.contains("RCPT") && !detail.contains("😀"))
  }

  @Test func `a record without a UUID as its id, and one of another schema`() throws {
    let records = [
      BatchFixture.record(RouterSite.hello(1), id: "17"),
      BatchFixture.record(RouterSite.hello(1), headers: [SourceRecord.Header("schema", "notification.v2")]),
    ]
    let batch = try fixture.router().route(records, now: BatchFixture.noon)
    #expect(batch.deadLetters.map { $0.header("bongsu-error-code") } == ["INVALID_EVENT_ID", "UNKNOWN_SCHEMA"])
  }

  @Test func `an event over the limit is not read`() throws {
    let large = RouterSite.hello(1, more: #", "link": "\#(String(repeating: "x", count: 1_100_000))""#)
    let batch = try fixture.router().route([BatchFixture.record(large)], now: BatchFixture.noon)
    #expect(batch.deadLetters.map { $0.header("bongsu-error-code") } == ["TOO_LARGE"])
  }

  @Test func `of several users the known ones are routed, and the event comes back for the others alone`() throws {
    let payload =
      #"{"to": [{"user": 1}, {"user": 4711}, {"user": 2}], "template": "hello", "category": "service", "#
      + #""parameters": {"name": "Kim", "order": "A-1"}}"#
    let event = BatchFixture.record(payload)
    let router = try fixture.router()
    let first = try router.route([event], now: BatchFixture.noon)
    #expect(Set(try first.deliveries().map(\.user)) == [1, 2])
    #expect(try first.routed().map(\.unresolved) == [1])
    let letter = try #require(first.deadLetters.first)
    #expect(letter.header("bongsu-recipients") == "1" && letter.content.value == event.value)

    try fixture.database.run(
      "INSERT INTO notification.app_user (user_id, email) VALUES (4711, 'late@example.com')")
    let again = SourceRecord(
      place: event.place, offset: 9, timestamp: event.timestamp, key: letter.content.key, value: letter.content.value,
      headers: letter.content.headers)
    let second = try router.route([again], now: BatchFixture.noon)
    #expect(try second.deliveries().map(\.user) == [4711] && second.deadLetters.isEmpty)
    #expect(try second.routed()[0].eventTime == first.routed()[0].eventTime)
  }
}
