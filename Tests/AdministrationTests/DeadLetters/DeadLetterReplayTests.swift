import DeadLetters
import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import Relay
import Runtime
import TestSupport
import Testing

@testable import Administration

@Suite("bongsu dlq replay", .requires(.postgres, .broker))
struct DeadLetterReplayTests {
  private let site: LogSite

  init() throws {
    site = try LogSite()
    try site.makeTopic("status")
  }

  private func replay(_ words: String...) throws -> (exit: ChildExit, text: String) {
    try site.bongsu(["dlq", "replay", "--yes", "--by", "kim"] + words)
  }

  @Test func `records go back to where they came from, byte for byte, and are marked`() throws {
    try site.makeTopic("sms")
    try site.makeTopic("email")
    let letter = LogSite.Letter(replay: 1)
    try site.park(letter)
    try site.park(.init(channel: .email, code: "BOUNCED"))
    let other = try site.park(.init(code: "OTHER"))
    let (exit, text) = try replay("--reason", "STALE", "--reason", "BOUNCED")
    #expect(exit.isSuccess && text.contains("replayed 2"), "\(text)")
    #expect(text.contains("\(site.prefix)sms  1") && text.contains("\(site.prefix)email  1"))
    #expect(try site.states() == ["replayed:kim", "replayed:kim", "open"])
    let sent = try #require(try site.records("sms").first)
    let stored = try site.database.scalar(
      "SELECT convert_from(value, 'UTF8') FROM notification.dead_letter ORDER BY dead_letter_id LIMIT 1")
    #expect(sent.value == stored && sent.key == "17" && sent.header("id") == letter.deliveryID)
    #expect(sent.header("bongsu-replay") == "2" && sent.header("x-own") == "secret")
    #expect(sent.header("bongsu-attempt") == nil && sent.header("bongsu-error-code") == nil)
    let told = try statuses()
    #expect(told.map(\.channel) == [.sms, .email] && told.allSatisfy { $0.state == .pending && $0.attempt == 0 })
    #expect(told.map(\.replay) == [2, 1] && told[0].deliveryID == letter.deliveryID)
    #expect(told[0].eventID == letter.eventID && told[0].template == "hi" && told[0].user == 17)
    #expect(try replay("--reason", "STALE").text.contains("replayed 0"))
    let named = try replay("1", "2", "\(other)")
    #expect(named.exit == .code(1) && named.text.contains("2 of those named are not open"), "\(named.text)")
  }

  @Test func `a dry run says what would go where and changes nothing`() throws {
    try site.makeTopic("sms")
    try site.park()
    try site.insert("{}", #"{"schema":"delivery.v1"}"#, origin: "\(site.prefix)sms/0/1")
    let (exit, text) = try site.bongsu("dlq", "replay", "--all", "--dry-run")
    #expect(exit.isSuccess && text.contains("would be replayed 1"), "\(text)")
    #expect(text.contains("UNREADABLE: 1"), "\(text)")
    #expect(try site.states() == ["open", "open"] && site.records("sms").isEmpty)
  }

  @Test func `what cannot be sent stays open, and the exit status says so`() throws {
    try site.makeTopic("sms")
    try site.insert("{}", #"{"schema":"delivery.v1"}"#, origin: "\(site.prefix)sms/0/1")
    try site.park()
    let (exit, text) = try replay("--all")
    #expect(exit == .code(1) && text.contains("replayed 1") && text.contains("UNREADABLE: 1"), "\(text)")
    #expect(try site.states() == ["open", "replayed:kim"])
  }

  private func statuses() throws -> [DeliveryStatus] {
    try site.records("status").map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.value.utf8)) }
  }

  @Test func `of what Kafka refuses the log does not hear, and without a topic for that nothing is sent`() throws {
    try SharedServers.broker.makeTopic(site.prefix + "sms", configuration: ["max.message.bytes": "50000"])
    try site.park(.init(more: 100_000))
    let letter = LogSite.Letter()
    try site.park(letter)
    let (exit, text) = try replay("--all")
    #expect(exit == .code(1) && text.contains("replayed 1") && text.contains("REFUSED_BY_KAFKA: 1"), "\(text)")
    #expect(try statuses().map(\.deliveryID) == [letter.deliveryID] && site.states() == ["open", "replayed:kim"])
    let other = try LogSite()
    try other.makeTopic("sms")
    try other.park()
    let refused = try other.bongsu("dlq", "replay", "--all", "--yes")
    #expect(refused.exit == .code(1), "\(refused.text)")
    #expect(refused.text.contains("\(other.prefix)status cannot be used"), "\(refused.text)")
    #expect(try other.states() == ["open"] && other.records("sms").isEmpty)
  }

  /// The log's row of a letter's delivery, in a later replay.
  private func log(_ letter: LogSite.Letter, _ state: String, replay: Int) throws {
    try site.database.run(
      """
      INSERT INTO notification.delivery (event_day, delivery_id, event_id, channel, target, state, replay, event_time)
      VALUES (current_date, '\(letter.deliveryID)', '\(letter.eventID)', 'sms', '5', '\(state)', \(replay), now())
      """)
  }

  @Test func `what the log has an end of in a later replay is marked and not sent again`() throws {
    try site.makeTopic("sms")
    let cases = [("SUCCESS", 1), ("AMBIGUOUS", 2), ("SUPPRESSED", 1), ("SUCCESS", 0), ("PENDING", 1), ("FAIL", 1)]
    var letters: [LogSite.Letter] = []
    for (state, replay) in cases {
      let letter = LogSite.Letter()
      try site.park(letter)
      try log(letter, state, replay: replay)
      letters.append(letter)
    }
    // Failed again, it is another dead letter.
    var again = LogSite.Letter()
    try site.park(again)
    try log(again, "FAIL", replay: 1)
    again.replay = 1
    try site.park(again)
    let dry = try site.bongsu("dlq", "replay", "--all", "--dry-run").text
    #expect(dry.contains("would be replayed 4") && dry.contains("what became of a replay before: 4"), "\(dry)")
    let (exit, text) = try replay("--all")
    #expect(exit.isSuccess && text.contains("replayed 4"), "\(text)")
    #expect(try site.states() == Array(repeating: "replayed:kim", count: 8))
    let sent = try site.records("sms").map { "\($0.header("id") ?? "")/\($0.header("bongsu-replay") ?? "")" }
    #expect(sent == letters.suffix(3).map { "\($0.deliveryID)/1" } + ["\(again.deliveryID)/2"])
  }

  @Test func `no more is read at once than may be held, and one that is larger alone`() throws {
    for size in [5, 5, 5, 5, 18, 5, 5] { try site.park(.init(more: size * 10_000)) }
    let store = ReplayStore(connection: try site.operatorConnection())
    var (last, batches): (Int64, [Int]) = (0, [])
    while let end = try store.read(DeadLetterFilter(), after: last, limit: 100, bytes: 160_000).last?.id {
      batches.append(Int(end - last))
      last = end
    }
    #expect(batches == [3, 1, 1, 2])
    #expect(try store.read(DeadLetterFilter(), after: 0, limit: 2, bytes: 160_000).map(\.id) == [1, 2])
  }

  @Test func `a batch is bounded by its bytes`() throws {
    let topic = site.prefix + "sms"
    try SharedServers.broker.makeTopic(topic, configuration: ["max.message.bytes": "30000000"])
    for _ in 0..<2 { try site.park(.init(more: 9 << 20)) }
    var done: [Int] = []
    _ = try inProcess().run(DeadLetterFilter()) { done.append($0.replayed) }
    #expect(try done == [1, 2] && statuses().count == 2 && Set(site.states()) == ["replayed:kim"])
  }

  private func inProcess(rate: Int? = nil, signals: StopSignals? = nil) throws -> DeadLetterReplay {
    let now = UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000)
    var options = DeadLetterReplay.Options(rules: ReplayRules(now: now), by: "kim")
    options.rate = rate
    return DeadLetterReplay(
      try site.operatorConnection(), try SharedServers.broker.kafkaSettings, options, signals: signals)
  }

  private struct Killed: Error {}

  @Test func `killed between acknowledgement and mark a batch comes twice, as the same claims, and nothing is lost`()
    throws
  {
    try site.makeTopic("sms")
    for _ in 0..<250 { try site.park() }
    let killed = try inProcess()
    var batches = 0
    killed.beforeMark = {
      batches += 1
      if batches == 2 { throw Killed() }
    }
    #expect(throws: Killed.self) { _ = try killed.run(DeadLetterFilter()) { _ in } }
    #expect(try site.states().filter { $0 == "open" }.count == 150)
    let tally = try inProcess().run(DeadLetterFilter()) { _ in }
    #expect(tally.replayed == 150)
    let claims = try site.records("sms").map { "\($0.header("id") ?? "")/\($0.header("bongsu-replay") ?? "")" }
    #expect(claims.count == 350 && Set(claims).count == 250)
    #expect(try Set(statuses().map { "\($0.deliveryID)/\($0.replay)" }) == Set(claims))
    #expect(try !site.states().contains("open"))
  }

  @Test func `two operators at once send each record once`() throws {
    try site.makeTopic("sms")
    for _ in 0..<20 { try site.park() }
    let first = try inProcess(rate: 10)
    let second = try inProcess()
    var other = ReplayTally()
    // While the first has its batch locked, the second takes the rest.
    first.beforeMark = { if other.seen == 0 { other = try second.run(DeadLetterFilter()) { _ in } } }
    let tally = try first.run(DeadLetterFilter()) { _ in }
    #expect(tally.replayed == 10 && other.replayed == 10)
    #expect(try Set(site.records("sms").compactMap { $0.header("id") }).count == 20)
    #expect(try site.records("sms").count == 20)
  }

  @Test func `an interrupt ends it after its batch and says how many are done`() throws {
    try site.makeTopic("sms")
    for _ in 0..<30 { try site.park() }
    let words = ["dlq", "replay", "--all", "--yes", "--by", "kim", "--rate", "5/s"]
    let process = try BongsuProcess(words, environment: site.environment)
    _ = try process.process.waitForLine { $0.hasPrefix("5 of 30") }
    process.process.signal(SIGINT)
    #expect(try process.process.waitForExit() == .code(130))
    try process.process.waitForOutputEnd()
    let text = process.process.lines.joined(separator: "\n")
    let done = try site.states().filter { $0 == "replayed:kim" }.count
    #expect(text.contains("interrupted: \(done) of 30 are replayed"), "\(text)")
    #expect(try done >= 5 && done < 30 && site.records("sms").count == done)
  }

  @Test func `a topic that is not there ends it, with nothing marked`() throws {
    try site.park()
    let (exit, text) = try replay("--all")
    #expect(exit == .code(1) && text.contains("bongsu topics apply"), "\(text)")
    #expect(text.contains("0 of 1 are replayed"), "\(text)")
    #expect(try site.states() == ["open"])
  }
}

@Suite("bongsu dlq replay of what a relay parked", .requires(.postgres, .broker))
struct RelayPointerReplayTests {
  private let site: LogSite
  private let id = "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10"

  init() throws {
    site = try LogSite()
    try site.makeTopic("status")
  }

  private func park(digest: String) throws {
    let value =
      #"{"source":"default","id":"\#(id)","topic":"t","reason":"MSG_SIZE_TOO_LARGE","lsn":"0/1A2B","sha256":"\#(digest)","ordinal":3,"bytes":9}"#
    try site.insert(
      value, #"{"schema":"relay.pointer.v1","id":"\#(id)","bongsu-error-class":"MSG_SIZE_TOO_LARGE"}"#, origin: nil,
      eventID: id, errorClass: "MSG_SIZE_TOO_LARGE")
  }

  private func write() throws -> String {
    try site.database.run(
      """
      INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers) VALUES
        ('\(id)', 'user', '17', 'order', '{"to": []}', '{"traceparent": "00-1", "id": "mine", "bongsu-replay": "9"}')
      """)
    return try site.database.scalar("SELECT encode(sha256(convert_to(payload::text, 'UTF8')), 'hex') FROM outbox.event")
      ?? ""
  }

  private func replay(outbox: String? = nil, _ how: String = "--yes") throws -> (exit: ChildExit, text: String) {
    try site.bongsu(
      "dlq", "replay", "--all", how, "--set", "relay.dsn=\(outbox ?? site.database.conninfo)",
      "--set", "relay.topic=\(site.prefix)events")
  }

  @Test func `an outbox that does not show its rows keeps nothing else back, and what to type is said`() throws {
    try site.makeTopic("events")
    try site.makeTopic("sms")
    try park(digest: try write())
    try site.park()
    let login = try site.database.userDSN(in: "outbox_auditor")
    let user = try #require(try ConnectionSettings(conninfo: login).value("user"))
    let command = "GRANT USAGE ON SCHEMA outbox TO \(user); GRANT SELECT ON outbox.event TO \(user)"
    let preview = try replay(outbox: login, "--dry-run").text
    #expect(preview.contains("NOT_ALLOWED: 1") && preview.contains("type \(command)"), "\(preview)")
    let (exit, text) = try replay(outbox: login)
    #expect(exit == .code(1) && text.contains("\(site.prefix)sms  1"), "\(text)")
    #expect(text.contains("NOT_ALLOWED: 1") && text.contains("type \(command)"), "\(text)")
    let states = try site.states()
    #expect(states.first == "open" && states.last?.hasPrefix("replayed") == true, "\(states)")
    try site.database.run(command)
    #expect(try replay(outbox: login).exit.isSuccess)
    #expect(try site.records("events").count == 1)
  }

  @Test func `the outbox's row is read again and sent as the relay would`() throws {
    try site.makeTopic("events")
    try park(digest: try write())
    let (exit, text) = try replay()
    #expect(exit.isSuccess && text.contains("\(site.prefix)events  1"), "\(text)")
    let record = try #require(try site.records("events").first)
    #expect(record.value == #"{"to": []}"# && record.key == "17")
    let names = record.headers.map(\.name)
    #expect(
      names == [
        "id", "type", "aggregatetype", "traceparent", "lsn", "ordinal", "committed_at", "bongsu-replay",
      ], "\(names)")
    #expect(record.header("id") == id && record.header("lsn") == "0/1A2B" && record.header("ordinal") == "3")
    #expect(record.header("bongsu-replay") == "1")
    #expect(Timestamp(record.header("committed_at") ?? "") != nil)
  }

  @Test func `a row that is gone or another by now, and an outbox that nobody names, leave it open`() throws {
    try site.makeTopic("events")
    try park(digest: "abc")
    #expect(try replay().text.contains("ROW_GONE"))
    _ = try write()
    #expect(try replay().text.contains("ROW_DIFFERS"))
    let (exit, text) = try site.bongsu("dlq", "replay", "--all", "--yes")
    #expect(exit == .code(1) && text.contains("NO_SOURCE"), "\(text)")
    #expect(try site.states() == ["open"])
  }
}
