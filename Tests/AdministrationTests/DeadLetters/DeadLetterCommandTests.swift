import Foundation
import LocalServers
import NotificationModel
import TestSupport
import Testing

@Suite("bongsu dlq list, show, purge", .requires(.postgres, .broker))
struct DeadLetterCommandTests {
  private let site: LogSite

  init() throws { site = try LogSite() }

  private func ids(_ options: String...) throws -> [Int64] {
    let (exit, lines) = try site.bongsu(["dlq", "list", "--json"] + options)
    guard exit.isSuccess else { throw NeverHappened(description: lines) }
    let text = lines.split(separator: "\n").filter { !$0.contains("were passed over") }.joined(separator: "\n")
    let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    return rows.compactMap { ($0["id"] as? NSNumber)?.int64Value }
  }

  @Test func `each filter keeps what it says, alternatives of one kind together`() throws {
    let sms = try site.park(.init(age: 5))
    let mail = try site.park(
      .init(channel: .email, code: "BOUNCED", template: "bye", category: "offers", user: 4, age: 3))
    let late = try site.park(.init(code: "REJECTED", errorClass: "RETRIABLE", age: 1))
    let event = try site.insert(
      #"{"to":[{"user":8},{"email":"a@b.c"},{"user":9}],"category":"service","template":"multi"}"#,
      #"{"schema":"notification.v1"}"#, origin: "\(site.prefix)events/0/1", code: "UNKNOWN_USER")
    let broken = try site.insert("no json", "{}", origin: nil, errorClass: "MSG_SIZE_TOO_LARGE")
    #expect(try ids() == [sms, mail, late, event, broken])
    #expect(try ids("--reason", "STALE") == [sms] && ids("--reason", "STALE", "--reason", "BOUNCED") == [sms, mail])
    #expect(try ids("--reason", "MSG_SIZE_TOO_LARGE") == [broken])
    #expect(try ids("--class", "RETRIABLE") == [late] && ids("--channel", "email") == [mail])
    #expect(try ids("--topic", "\(site.prefix)events") == [event] && ids("--template", "bye") == [mail])
    #expect(try ids("--category", "offers") == [mail] && ids("--user", "4") == [mail])
    #expect(try ids("--user", "9") == [event] && ids("--user", "17") == [sms, late] && ids("--user", "3") == [])
    #expect(try ids("--since", "4h", "--until", "2h") == [mail] && ids("--limit", "1") == [sms])
    #expect(try ids("--state", "replayed") == [] && ids("--state", "all").count == 5)
  }

  @Test func `a list is a table, and counts by kind`() throws {
    try site.park(.init(age: 2))
    try site.park(.init(age: 1))
    try site.park(.init(channel: .email, code: "BOUNCED"))
    let lines = try site.bongsu("dlq", "list").text.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].hasPrefix("id  parked_at"), "\(lines)")
    let counted = try site.bongsu("dlq", "list", "--by", "reason").text.split(separator: "\n")
    #expect(counted[1].hasPrefix("STALE    2") && counted[2].hasPrefix("BOUNCED  1"), "\(counted)")
    for kind in ["channel", "template", "hour"] {
      let json = try site.bongsu("dlq", "list", "--by", kind, "--json").text
      let rows = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
      #expect(rows?.compactMap { ($0["dead_letters"] as? NSNumber)?.intValue }.reduce(0, +) == 3, "\(json)")
    }
  }

  @Test func `show prints the record masked, with the delivery's history`() throws {
    let letter = LogSite.Letter()
    let id = try site.park(letter)
    try site.database.run(
      """
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, user_id, channel, target, state, attempt,
        reason, event_time)
      VALUES (current_date, '\(letter.deliveryID)', '\(letter.eventID)', 17, 'sms', '5', 'FAIL', 5, 'STALE', now());
      INSERT INTO notification.delivery_event (event_day, delivery_id, replay, attempt, state, reason, error_class,
        error_code, happened_at)
      VALUES (current_date, '\(letter.deliveryID)', 0, 1, 'RETRYING', 'TIMEOUT', 'RETRIABLE', 'TIMEOUT', now())
      """)
    let text = try site.bongsu("dlq", "show", "\(id)").text
    for shown in ["STALE", "too late", "TIMEOUT", "FAIL", "+82•••••••678", "bongsu-error-code", #""user": 17"#] {
      #expect(text.contains(shown), "\(shown): \(text)")
    }
    for hidden in ["geheim", "1012345", "secret"] { #expect(!text.contains(hidden), "\(text)") }
    let open = try site.bongsu("dlq", "show", letter.deliveryID, "--unmask").text
    #expect(open.contains("geheim") && open.contains("+821012345678") && open.contains("secret"))
    let json = try site.bongsu("dlq", "show", letter.eventID, "--json").text
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["reason"] as? String == "STALE" && (object?["history"] as? [Any])?.count == 1)
    #expect(!json.contains("geheim"))
  }

  @Test func `purging empties the value, notes who did it, and passes over what it emptied before`() throws {
    let first = try site.park()
    try site.park(.init(code: "BOUNCED"))
    #expect(try site.bongsu("dlq", "purge", "\(first)", "--dry-run").text == "would purge 1")
    #expect(try site.states() == ["open", "open"])
    let purge = ["dlq", "purge", "--reason", "STALE", "--state", "all", "--yes", "--by", "kim"]
    #expect(try site.bongsu(purge).text == "purged 1")
    #expect(try site.bongsu(purge).text == "purged 0")
    #expect(try site.states() == ["purged:kim", "open"])
    let left = "SELECT count(*) FROM notification.dead_letter WHERE value IS NULL AND facts IS NULL"
    #expect(try site.database.scalar(left) == "1")
    #expect(try site.bongsu("dlq", "show", "\(first)").text.contains("value\npurged"))
  }

  @Test func `who replayed it stays beside who purged it later`() throws {
    let id = try site.park()
    let open = try site.bongsu("dlq", "show", "\(id)", "--json").text
    #expect(open.contains(#""replayed_by": null"#), "\(open)")
    try site.database.run(
      """
      UPDATE notification.dead_letter SET state = 'replayed', changed_at = now(), changed_by = 'kim, ticket 9',
        replayed_at = now(), replayed_by = 'kim, ticket 9'
      """)
    #expect(try site.bongsu("dlq", "purge", "\(id)", "--state", "replayed", "--yes", "--by", "lee").exit.isSuccess)
    let text = try site.bongsu("dlq", "show", "\(id)").text
    #expect(text.contains("kim, ticket 9") && text.contains("lee") && text.contains("value\npurged"), "\(text)")
    let way = try site.bongsu("trace", try #require(try site.event(of: id))).text
    #expect(way.contains("replayed by kim, ticket 9, as replay 1") && way.contains("purged by lee"), "\(way)")
  }

  @Test func `pointers that say whose they are are found as any other, and those that do not are told of`() throws {
    let pointer = #"{"schema":"dead-letter-pointer.v1","bongsu-schema":"delivery.v1"}"#
    let origin = #""origin":"\#(site.prefix)sms/0/1","bytes":9"#
    let named = try site.insert(
      "{\(origin)" + #","channel":"sms","template":"hi","category":"service","to":[{"user":17}]}"#, pointer, origin: nil
    )
    let stranger = try site.insert(
      "{\(origin)" + #","channel":"sms","category":"service","to":[]}"#, pointer, origin: nil)
    let old = try site.insert("{\(origin)}", pointer, origin: "\(site.prefix)sms/0/1", code: "TOO_LARGE")
    let event = try site.insert(
      "{\(origin)}", pointer.replacing("delivery.v1", with: "notification.v1"), origin: "\(site.prefix)events/0/1")
    let crowd = try site.insert(
      "{\(origin)" + #","template":"hi","category":"service"}"#,
      pointer.replacing("delivery.v1", with: "notification.v1"), origin: "\(site.prefix)events/0/2")
    let relays = try site.insert(#"{"source":"shop","bytes":9}"#, #"{"schema":"relay.pointer.v1"}"#, origin: nil)
    #expect(try ids("--channel", "sms") == [named, stranger] && ids("--user", "17") == [named])
    #expect(try ids("--template", "hi", "--category", "service") == [named, crowd])
    #expect(try ids("--unnamed") == [old, event, crowd, relays] && ids("--unnamed", "--reason", "TOO_LARGE") == [old])
    func passedOver(_ words: String...) throws -> Int? {
      let text = try site.bongsu(["dlq", "list"] + words).text
      return text.split(separator: "\n").first { $0.contains("--unnamed in place of those filters") }
        .flatMap { Int($0.prefix { $0 != " " }) }
    }
    #expect(try passedOver("--channel", "sms") == 1, "no event has a channel")
    #expect(try passedOver("--template", "hi") == 3 && passedOver("--category", "offers") == 3)
    #expect(try passedOver("--user", "17") == 4 && passedOver("--user", "17", "--template", "bye") == 3)
    #expect(try passedOver("--user", "17", "--reason", "TOO_LARGE") == 1 && passedOver("--state", "all") == nil)
    let purge = try site.bongsu("dlq", "purge", "--channel", "sms", "--dry-run").text
    #expect(purge.contains("would purge 2") && purge.contains("1 pointers that do not say"), "\(purge)")
    let replay = try site.bongsu("dlq", "replay", "--user", "3", "--dry-run").text
    #expect(replay.contains("would be replayed 0") && replay.contains("4 pointers that do not say"), "\(replay)")
  }

  @Test(arguments: [
    (["list", "--by", "colour"], 2, "--by takes reason, channel, template or hour"),
    (["list", "--channel", "fax"], 2, "there are push.ios, push.android, sms, email"),
    (["list", "--state", "lost"], 2, "--state takes open, replayed, purged, all"),
    (["list", "--since", "yesterday"], 1, "--since takes a time such as"),
    (["list", "--since", "1h", "--until", "2h"], 1, "--since is not before --until"),
    (["list", "--user", "kim"], 1, "'kim' is no user's id"),
    (["list", "--reason", "a b"], 1, "is no reason or class"),
    (["show", "17x"], 1, "is no id"), (["show", "0"], 1, "is no dead letter's id"),
    (["show", "99"], 1, "there is no such"),
    (["show", "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10"], 1, "there is no such dead letter"),
    (["purge"], 2, "nothing is chosen"), (["replay"], 2, "nothing is chosen"),
    (["replay", "--all", "--reason", "STALE"], 2, "--all stands beside"),
    (["replay", "1", "--rate", "fast"], 2, "--rate takes 1 to 100000 a second"),
    (["replay", "one", "--yes"], 1, "'one' is no dead letter's id"),
    (["replay", "--reason", "STALE"], 2, "give --yes"),
    (["replay", "1", "--outbox-dsn", "dbname"], 2, "--outbox-dsn: the connection string cannot be read"),
  ])
  func `what cannot be used is refused, saying what can`(words: [String], code: Int32, message: String) throws {
    let (exit, text) = try site.bongsu(["dlq"] + words)
    #expect(exit == .code(code) && text.contains(message), "\(exit): \(text)")
  }
}
