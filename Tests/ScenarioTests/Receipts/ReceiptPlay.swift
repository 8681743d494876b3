import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import ProviderSimulators
import TestSupport
import Testing

/// Workers of text messages that ask a vendor's stand-in what became of them, a recorder, and a verdict by what the
/// stand-in has taken and was told to say.
final class ReceiptPlay {
  let seed: UInt64
  let site: RecorderSite
  let standIn: SMSStandIn
  var random: SeededGenerator
  var workers: [DaemonProcess] = []
  private var written: [Delivery] = []
  private let stage: RoleStage
  private let folder: TemporaryDirectory
  private let recorder: DaemonProcess
  private let user = uniqueName("u", separator: "_")

  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    stage = try RoleStage.shared
    site = try RecorderSite(broker: stage.broker, postgres: stage.postgres)
    standIn = try SMSStandIn()
    folder = try TemporaryDirectory()
    try standIn.section.write(toFile: folder.file("bongsu.yaml"), atomically: true, encoding: .utf8)
    try site.database.run("CREATE ROLE \(user) LOGIN IN ROLE notification_worker PASSWORD 'secret-of-a-test'")
    recorder = try site.startRecorder()
    // Long enough that workers die with calls on their way.
    standIn.setLatency(.milliseconds(100))
  }

  private var flags: [String] {
    let prefix = site.router.prefix
    let sets = [
      "worker.topicPrefix=\(prefix)", "worker.redisPrefix=\(prefix)", "worker.lease=2s", "sms.reports.enabled=true",
      "sms.reports.first=0s", "sms.reports.interval=1s", "sms.reports.longest=2s", "sms.reports.look=100ms",
      "sms.reports.rate=100",
    ]
    return [
      "worker", "--channel", "sms", "--config", folder.file("bongsu.yaml"), "--dsn",
      "\(site.database.conninfo) user=\(user) password=secret-of-a-test", "--redis", stage.redis.address,
      "--bootstrap-servers", stage.broker.bootstrapServers, "--group", "\(prefix)workers", "--listen", "127.0.0.1:0",
    ] + sets.flatMap { ["--set", $0] }
  }

  /// - Parameter instance: names it in its group, so that it has its partitions again at once after a kill.
  func startWorker(instance: String? = nil) throws {
    let worker = try DaemonProcess(flags + (instance.map { ["--set", "worker.instance=\($0)"] } ?? []))
    workers.append(worker)
    try worker.waitUntilReady()
  }

  /// SIGKILL, and another one in its place.
  func killWorker() throws {
    workers.removeLast().kill()
    try startWorker(instance: "one")
  }

  func killPostgres() throws {
    try stage.postgres.stop(.immediate)
    pass(Soak.pause / 4)
    try stage.postgres.start()
  }

  func withoutPostgres(_ body: () throws -> Void) throws {
    try stage.postgres.stop(.immediate)
    let result = Result { try body() }
    try stage.postgres.start()
    try result.get()
  }

  /// Waits until the vendor has taken all of them.
  func waitUntilSent() throws {
    try eventually("all are sent", within: .seconds(60)) { standIn.takenCount == written.count }
  }

  /// Messages, each to a person of its own; of some the vendor says that they failed, of some nothing until the end.
  func write(_ count: Int) throws {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let more = (0..<count).map { step in
      let number = written.count + step
      standIn.sms.report(number: standIn.address(number).text, as: Self.isLate(number) ? .pending : Self.report(number))
      return Delivery(
        id: UUID().uuidString.lowercased(), eventID: UUID().uuidString.lowercased(), eventTime: now, replay: 0,
        user: Int64(number), channel: .sms, target: "\(number)", address: standIn.address(number).delivery,
        category: "service", content: standIn.content(number), priority: .high, notBefore: now, sendBefore: nil)
    }
    written += more
    let records = try more.map {
      RecordContent(
        key: Array("\($0.user ?? 0)".utf8), value: Array(try JSONEncoder().encode($0)),
        headers: [SourceRecord.Header("schema", Delivery.schema)])
    }
    try RecordWriter(stage.broker).write(records, to: site.router.name(.sms))
  }

  private static func isLate(_ number: Int) -> Bool { number % 5 == 1 }

  private static func report(_ number: Int) -> SMSReport? { number % 4 == 0 ? .failed(code: "30\(number % 97)") : nil }

  /// What the log has to say of a message that was sent.
  private static func word(_ number: Int) -> String {
    if case .failed(let code)? = report(number) { "UNDELIVERED \(code)" } else { "DELIVERED -" }
  }

  /// Waits until the stand-in has had so many more calls.
  func waitUntilAsked(_ count: Int) throws {
    let before = standIn.sms.counts.requests
    try eventually("it is asked \(count) times", within: .seconds(60)) {
      standIn.sms.counts.requests >= before + count
    }
  }

  /// The late ones are told; then every message that was sent has its word, whoever died meanwhile.
  func judge() throws {
    for number in 0..<written.count where Self.isLate(number) {
      standIn.sms.report(number: standIn.address(number).text, as: Self.report(number))
    }
    do {
      try eventually("all are at their end, and none is awaited", within: .seconds(120)) {
        let ended = "notification.delivery WHERE receipt IS NOT NULL OR state = 'AMBIGUOUS'"
        return try site.count(ended) == written.count && site.count("notification.awaited_receipt") == 0
      }
    } catch {
      try? stage.recover()
      let words = (workers + [recorder]).map(\.lastWords).joined(separator: "\n")
      throw NeverHappened(description: "seed \(seed): \(error)\n\(words)")
    }
    try judgeLog()
    try judgeTopic()
  }

  private func judgeLog() throws {
    let taken = standIn.taken.map(\.id)
    #expect(Set(taken).count == taken.count, "some were sent twice")
    let rows = try site.database.connect().execute(
      """
      SELECT delivery_id, state, coalesce(receipt::text || ' ' || coalesce(receipt_code, '-'), '')
      FROM notification.delivery
      """)
    var faults: [String] = []
    var ambiguous = 0
    let numbers = Dictionary(uniqueKeysWithValues: written.enumerated().map { ($1.id, $0) })
    let sent = Set(taken)
    for row in 0..<rows.rowCount {
      guard let id = rows[row, 0], let number = numbers[id], let state = rows[row, 1], let word = rows[row, 2] else {
        faults.append("a stranger")
        continue
      }
      switch state {
      case "SUCCESS" where sent.contains(id) && word == Self.word(number): break
      case "AMBIGUOUS" where word.isEmpty: ambiguous += 1
      default: faults.append("\(number): \(state) \(word), not \(Self.word(number))")
      }
    }
    print("scenario\treceipts\t\(seed)\t\(written.count)\tambiguous \(ambiguous)\tcalls \(standIn.sms.counts.requests)")
    #expect(faults.isEmpty, "seed \(seed): \(faults.prefix(5))")
    // Else it would say nothing of receipts.
    #expect(ambiguous < written.count / 2)
  }

  /// However often a word was told, it is the same one, and of an attempt that a vendor took.
  private func judgeTopic() throws {
    let told = try site.router.records(.status)
      .map { try JSONDecoder().decode(DeliveryStatus.self, from: Data($0.value.utf8)) }.filter { $0.receipt != nil }
    for (id, statuses) in Dictionary(grouping: told, by: \.deliveryID) {
      let words = Set(
        statuses.map { "\($0.receipt?.rawValue ?? "") \($0.receiptCode ?? "-") \($0.state) \($0.attempt)" })
      #expect(words.count == 1, "seed \(seed), \(id): \(words)")
    }
  }

  func end() {
    for daemon in workers + [recorder] { daemon.kill() }
    standIn.stop()
    folder.remove()
  }
}
