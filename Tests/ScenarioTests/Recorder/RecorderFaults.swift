import Kafka
import LocalServers
import NotificationModel
import TestSupport
import Testing

extension RoleScenarios {
  /// The log against the model, whatever is killed meanwhile.
  @Suite struct RecorderFaults {
    private static let events = Soak.choose(3_300, soak: 30_000)

    @Test(arguments: Soak.seeds)
    func `recorders and PostgreSQL killed at any moment leave the log as it must be`(seed: UInt64) throws {
      let play = try RecorderPlay(events: Self.events, seed: seed)
      try play.start(instance: "one")
      while try play.writeSome() {
        switch Int.random(in: 0..<3, using: &play.random) {
        case 0: try play.killRecorder()
        case 1: try play.killPostgres()
        default: break
        }
      }
      try play.judge()
    }

    @Test func `one recorder becomes two and one again, while statuses come`() throws {
      let play = try RecorderPlay(events: Self.events / 3, seed: 7)
      try play.start()
      _ = try play.writeSome()
      try play.start()
      for _ in 0..<3 { _ = try play.writeSome() }
      #expect(try play.recorders.removeFirst().terminate().isSuccess)
      while try play.writeSome() {}
      try play.judge()
    }

    @Test func `a log that was lost is made again by log rebuild, beside a recorder that runs`() throws {
      let play = try RecorderPlay(events: Self.events / 6, seed: 9)
      try play.start()
      while try play.writeSome() {}
      try play.judge(stops: false)
      try play.site.database.run(
        "TRUNCATE notification.delivery, notification.delivery_event, notification.routed_event")
      let site = play.site
      let command = [
        "log", "rebuild", "--dsn", site.database.conninfo, "--bootstrap-servers", site.router.broker.bootstrapServers,
        "--set", "recorder.topicPrefix=\(site.router.prefix)",
      ]
      let (exit, lines) = try BongsuProcess.run(command)
      #expect(exit.isSuccess && lines.last == "the log is complete from the first status on", "\(lines)")
      try play.judge()
    }
  }
}

/// Statuses in a random order and partly twice, and those who record them.
final class RecorderPlay {
  let site: RecorderSite
  let load: StatusLoad
  var random: SeededGenerator
  var recorders: [DaemonProcess] = []
  private let writer: RecordWriter
  private var left: [RecordContent]
  private var written = 0
  private let postgres: PostgresServer

  /// So many are written in one go.
  private static let burst = 2_000

  init(events: Int, seed: UInt64) throws {
    let stage = try RoleStage.shared
    postgres = stage.postgres
    site = try RecorderSite(broker: stage.broker, postgres: stage.postgres)
    random = SeededGenerator(seed: seed)
    load = StatusLoad(events: events, seed: seed)
    writer = try RecordWriter(stage.broker)
    let all = load.deliveries.map { RecordContent.status($0) } + load.routed.map { .routed($0) }
    left = (all + all.shuffled(using: &random).prefix(all.count / 10)).shuffled(using: &random)
  }

  /// - Parameter instance: names it in its group, so that it has its partitions again at once after a kill.
  func start(instance: String? = nil) throws {
    let name = instance.map { ["--set", "recorder.instance=\($0)"] } ?? []
    recorders.append(try site.startRecorder(["--set", "recorder.batch.records=300"] + name))
  }

  /// - Returns: false where all is written.
  func writeSome() throws -> Bool {
    guard !left.isEmpty else { return false }
    let some = Array(left.prefix(Self.burst))
    left.removeFirst(some.count)
    try writer.write(some, to: site.router.name(.status))
    written += some.count
    return true
  }

  /// Somewhere in the middle of what it has to do.
  private func waitForSome() throws {
    let done = Int64(written - Int.random(in: 100...1_500, using: &random))
    try waitUntilRecorded(done)
  }

  private func waitUntilRecorded(_ count: Int64) throws {
    do {
      try eventually("\(count) are recorded", within: .seconds(120)) { try site.committed(.status) >= count }
    } catch {
      let words = recorders.map { "\($0.lastWords)\n\((try? $0.problem()) ?? "")" }.joined(separator: "\n")
      throw NeverHappened(description: "\(error); \(try site.committed(.status)) of \(written) are\n\(words)")
    }
  }

  func killRecorder() throws {
    try waitForSome()
    recorders.removeLast().kill()
    try start(instance: "one")
  }

  func killPostgres() throws {
    try waitForSome()
    try postgres.stop(.immediate)
    pass(Soak.pause / 4)
    try postgres.start()
  }

  /// Everything is committed, and the log is the model's.
  func judge(stops: Bool = true) throws {
    try waitUntilRecorded(Int64(written))
    #expect(try LogModel.deliveries(in: site.database) == LogModel.deliveries(load.deliveries))
    #expect(try LogModel.steps(in: site.database) == LogModel.steps(load.deliveries))
    #expect(try LogModel.routed(in: site.database) == LogModel.routed(load.routed))
    #expect(try site.count("notification.dead_letter") == 0)
    guard stops else { return }
    for recorder in recorders {
      try eventually("its lag is 0") { try recorder.metrics().sum("bongsu_recorder_lag_records") == 0 }
      #expect(try recorder.terminate().isSuccess, "\(recorder.lastWords)")
    }
  }
}
