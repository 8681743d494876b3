import Postgres
import Runtime
import Telemetry

/// Has the log's days made, archived and dropped. Of several recorders one at a time does it: the function takes a lock.
struct MaintenanceLoop {
  let settings: RecorderSettings
  let metrics: RecorderMetrics
  let logger: Logger
  let stop: StopRequest

  func run() {
    let interval = settings.maintenance.interval
    guard interval > .zero else { return }
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(initial: .seconds(10), limit: .seconds(600))
    while !stop.isRequested {
      var rest = interval
      do throws(PostgresError) {
        try maintain()
        backoff.reset()
      } catch {
        metrics.maintained("failed")
        logger.warning("the log's days were not looked after", ["reason": error.description])
        rest = min(interval, backoff.next(using: &random))
      }
      _ = Poll.wait([stop.signal.fileDescriptor], timeoutMilliseconds: Int32(clamping: Int64(rest / .milliseconds(1))))
    }
  }

  private func maintain() throws(PostgresError) {
    let connection = try PostgresConnection(settings.database)
    defer { connection.close() }
    // Those that nobody asks about, as where no worker is told to.
    try connection.execute("DELETE FROM notification.awaited_receipt WHERE accepted_at < now() - interval '4 days'")
    let days = settings.maintenance
    let done = try connection.execute(
      "SELECT action, object, detail FROM notification.maintain_log(make_interval(days => $1), make_interval(days => $2))",
      [.text(String(days.keepHot)), .text(String(days.keepArchive))])
    for row in 0..<done.rowCount {
      let action = done[row, 0] ?? ""
      metrics.maintained(action)
      let isRoutine = action == "created" || action == "skipped"
      logger.log(
        isRoutine ? .debug : .info, "a day of the log",
        ["action": action, "object": done[row, 1] ?? "", "detail": done[row, 2] ?? ""])
    }
  }
}
