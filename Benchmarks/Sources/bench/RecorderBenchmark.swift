import Foundation

/// Statuses a second through `bongsu recorder` into the delivery log, with PostgreSQL and the broker on the same cores;
/// beside psql's COPY of the same rows into an empty table with the same indexes.
struct RecorderBenchmark {
  let setting: Setting
  private var deliveries: Int { setting.isQuick ? 100_000 : 400_000 }
  private static let prefix = "bench_recorder."

  func run() throws -> Report {
    var report = Report()
    let migrations = URL(fileURLWithPath: setting.migrations).deletingLastPathComponent().path
    for schema in ["outbox", "notification"] {
      try Child.run([
        setting.bongsu, "migrate", schema, "--dsn", setting.conninfo, "--directory", "\(migrations)/\(schema)",
      ])
    }
    for name in ["status", "parked"] {
      _ = try Topic(Self.prefix + name, bootstrapServers: setting.bootstrapServers)
    }
    note("\(deliveries) deliveries, \(deliveries * StatusProducer.statusesOfEach) statuses")
    try StatusProducer(setting.bootstrapServers, topic: Self.prefix + "status").fill(deliveries)
    let database = try Database(setting.conninfo)
    let (seconds, usage) = try drain(database)
    let copy = try copyAgain(database)
    write(seconds, usage, copy: copy, into: &report)
    return report
  }

  private func drain(_ database: Database) throws -> (seconds: Double, usage: Usage) {
    let recorder = try Child([
      setting.bongsu, "recorder", "--dsn", setting.conninfo, "--bootstrap-servers", setting.bootstrapServers, "--group",
      "bench", "--listen", "127.0.0.1:0", "--set", "recorder.topicPrefix=\(Self.prefix)", "--set",
      "sweeper.interval=0s",
      "--set", "log.level=warning",
    ])
    let start = ContinuousClock.now
    let done = """
      (SELECT count(*) FROM notification.delivery WHERE state = 'SUCCESS') = \(deliveries)
      AND (SELECT count(*) FROM notification.routed_event) = \(deliveries)
      """
    while try !database.isTrue(done) {
      guard recorder.isRunning() else {
        throw BenchmarkError("the recorder ended with status \(recorder.wait().status)")
      }
      guard ContinuousClock.now < start + .seconds(600) else { throw BenchmarkError("it takes over ten minutes") }
      poll(nil, 0, 200)
    }
    return (start.duration(to: .now) / .seconds(1), recorder.stop())
  }

  /// Rows a second.
  private func copyAgain(_ database: Database) throws -> Double {
    let psql = setting.postgresPrograms + "/psql"
    let file = setting.scratch + "/deliveries"
    let columns = """
      event_day, delivery_id, event_id, user_id, channel, target, category, template, state, replay, attempt, reason,
      provider_id, event_time, pending_at, processing_at, finished_at, updated_at
      """.replacing("\n", with: " ")
    try Child.run([
      psql, "-q", "-d", setting.conninfo, "-c", "\\copy (SELECT \(columns) FROM notification.delivery) TO '\(file)'",
    ])
    try database.run("CREATE TABLE public.copied (LIKE notification.delivery INCLUDING ALL)")
    let usage = try Child.run([
      psql, "-q", "-d", setting.conninfo, "-c", "\\copy public.copied (\(columns)) FROM '\(file)'",
    ])
    return Double(deliveries) / usage.seconds
  }

  private func write(_ seconds: Double, _ usage: Usage, copy: Double, into report: inout Report) {
    let statuses = deliveries * StatusProducer.statusesOfEach
    let rate = Double(statuses) / seconds
    report.line("\(statuses) statuses of \(deliveries) deliveries, few of them in one batch; from the start on:")
    report.table([
      ["", "rows/s", "CPU µs/row", "peak MB"],
      ["psql's COPY, each row once", copy.text(), "", ""],
      [
        "recorder, each row written up to three times", rate.text(),
        (usage.cpuSeconds * 1e6 / Double(statuses)).text(1), (Double(usage.residentPeakBytes) / 1e6).text(1),
      ],
    ])
    report.figure("recorder_rows_per_second", rate)
    report.figure("recorder_of_copy_ratio", rate / copy)
    report.figure("copy_rows_per_second", copy)
    report.figure("cpu_microseconds_per_row", usage.cpuSeconds * 1e6 / Double(statuses))
    report.figure("memory_mb", Double(usage.residentPeakBytes) / 1e6)
  }
}
