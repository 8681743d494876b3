import Arguments
import Foundation
import Kafka
import NotificationModel
import Operations
import Recorder
import Runtime

let logCommand = Command(
  "log", summary: "Look after the delivery log",
  examples: [.init("bongsu log rebuild --config bongsu.yaml", "makes it again from what Kafka still holds")],
  subcommands: [rebuildCommand])

private let rebuildCommand = Command(
  "rebuild", summary: "Make the delivery log again from what its topics hold",
  discussion: "Reads notification.status and notification.parked from their beginning and writes what they say as a "
    + "recorder does, so that recorders may run meanwhile and it may be begun again. It disables no devices. Says at "
    + "the end from when on the log is complete.",
  examples: [
    .init("bongsu log rebuild --config bongsu.yaml", "all that the topics hold"),
    .init("bongsu log rebuild --config bongsu.yaml --from 2026-11-28T00:00:00Z", "what was told since then"),
  ],
  options: ConfigurationOptions.file + RecorderOptions.servers + [
    .string("from", "TIME", help: "Pass over what was told before it, as 2026-11-28T00:00:00Z.")
  ]
) { arguments in
  let settings = try RecorderOptions.read(arguments).recorder
  let from = try arguments.string("from").map { text in
    guard let time = Timestamp(text) else {
      throw UsageError(.badValue, "--from is no time such as 2026-11-28T00:00:00Z")
    }
    return time.time
  }
  try rebuild(settings, from: from)
}

private func rebuild(_ settings: RecorderSettings, from: UnixTime?) throws {
  let terminal = Terminal.standard
  var toldAt: Int64 = 0
  do throws(RoleError) {
    let report = try LogRebuild(settings, from: from, stop: StopRequest()).run { progress in
      let now = SystemTime.monotonicNanoseconds()
      guard now - toldAt > 1_000_000_000 else { return }
      toldAt = now
      terminal.output("read \(progress.read) of \(progress.total) records\n")
    }
    let done = report.progress
    terminal.output("read \(done.read) records: \(done.rows) rows of the log, \(done.deadLetters) new dead letters\n")
    if done.refused > 0 { terminal.output("\(done.refused) records are no status and were passed over\n") }
    for (place, time) in report.beginnings.sorted(by: { $0.key.partition < $1.key.partition }) {
      terminal.output("\(place) begins at \(text(time))\n")
    }
    terminal.output("the log is complete from \(report.completeFrom.map(text) ?? "the first status") on\n")
  } catch {
    terminal.error("\(error.description)\n")
    throw ExitStatus(1)
  }
}

private func text(_ milliseconds: Int64) -> String {
  Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
}
