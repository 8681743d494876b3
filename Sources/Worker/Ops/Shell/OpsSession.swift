import Foundation
import Kafka
import NotificationModel
import Operations
import Runtime
import Synchronization
import Telemetry

/// One Kafka client and the turns with it: read alerts, group them, tell them, and commit what was told without a gap.
/// After a fault or a kill the next begins at the last committed offsets and takes up what was noted with them: what was
/// told, what was begun, and what is left of the messages of a minute. As a message is noted before it is sent, only what
/// was begun and not ended is told once more, and no restart makes room for more messages.
final class OpsSession {
  private let settings: OpsSettings
  private let sinks: [any OpsSink]
  private let metrics: OpsMetrics
  private let logger: Logger
  private let stop: StopRequest
  private let progress: ThreadProgress
  private let reader: GroupReader
  private let wake: WakeSignal
  private let answers: OpsAnswers
  private let decoder = JSONDecoder()
  private var grouping: OpsGrouping
  private var outbox: OpsOutbox
  private var prefix = FinishedPrefix()
  /// Where reading goes on after what is finished, and where that, or what is to be noted with it, is not committed yet.
  private var positions: [TopicPartition: Int64] = [:]
  private var uncommitted: Set<TopicPartition> = []
  /// Of which it was not asked yet what was noted.
  private var fresh: Set<TopicPartition> = []
  private var isPaused = false
  private var random = SystemRandomNumberGenerator()

  init(
    _ settings: OpsSettings, sinks: [any OpsSink], metrics: OpsMetrics, logger: Logger, stop: StopRequest,
    progress: ThreadProgress
  ) throws(RoleError) {
    (self.settings, self.sinks, self.metrics, self.logger) = (settings, sinks, metrics, logger)
    (self.stop, self.progress) = (stop, progress)
    let wake = WakeSignal()
    (self.wake, answers) = (wake, OpsAnswers(wake))
    grouping = OpsGrouping(settings.limits, now: SystemTime.monotonicNanoseconds())
    outbox = OpsOutbox(attempts: settings.attempts)
    do throws(KafkaError) {
      reader = try GroupReader(
        .init(settings.kafka, group: settings.group, topics: [settings.topic], instance: settings.instance), wake: wake)
    } catch {
      throw RoleError("Kafka's settings", cause: error)
    }
    reader.onAssigned = { [weak self] in self?.fresh.formUnion($0) }
    reader.onRevoked = { [weak self] in self?.giveUp($0) }
    reader.onLost = { [weak self] in self?.forget($0) }
  }

  /// Works until a stop is asked for, then waits for what is on its way. What still waits for its group is read again.
  func run(_ report: (RoleState) -> Void) throws(RoleError) {
    defer { close() }
    try RoleError.doing("joining the group \(settings.group)") { () throws(KafkaError) in try reader.join() }
    report(RoleState(.working))
    logger.notice("working", ["topic": settings.topic, "group": settings.group])
    while !stop.isRequested {
      progress.note()
      wake.clear()
      takeAnswers()
      try read()
      tell(SystemTime.monotonicNanoseconds())
      commit()
      show()
      wait()
    }
    settle(until: stop.deadline)
    commit()
  }

  private func read() throws(RoleError) {
    let isFull = prefix.open >= settings.unfinished
    let records: [SourceRecord]
    do throws(KafkaError) {
      if isFull != isPaused {
        isPaused = isFull
        if isFull { try reader.pause() } else { try reader.resume() }
      }
      var bounds = GroupReader.Bounds()
      bounds.linger = .zero
      records = try reader.gather(bounds)
      try takeUp()
    } catch {
      throw RoleError("reading \(settings.topic)", cause: error)
    }
    for record in records { add(record) }
  }

  /// Before anything of a partition is told.
  private func takeUp() throws(KafkaError) {
    guard !fresh.isEmpty else { return }
    let notes = try reader.notes(of: Array(fresh), timeoutMilliseconds: 10_000)
    fresh = []
    let (now, time) = (SystemTime.monotonicNanoseconds(), SystemTime.unixMicroseconds() / 1_000)
    for (partition, text) in notes {
      if let note = OpsNote(text) { grouping.takeUp(note, of: partition, now: now, time: time) }
    }
  }

  /// What is no alert is counted and passed over: to alert of it would go round in circles.
  private func add(_ record: SourceRecord) {
    prefix.add(record.place, record.offset)
    if positions[record.place] == nil { positions[record.place] = record.offset }
    guard record.header(RecordHeader.schema) ?? Alert.schema == Alert.schema, let value = record.value,
      let alert = try? decoder.decode(Alert.self, from: Data(value))
    else {
      metrics.unreadable.increment()
      logger.warning("a record is no alert and is passed over", ["origin": record.origin])
      return prefix.finish(record.place, record.offset)
    }
    let place = OpsPlace(record.place, record.offset)
    guard grouping.add(alert, place, now: SystemTime.monotonicNanoseconds()) else {
      return prefix.finish(record.place, record.offset)
    }
    metrics.alerts.increment()
  }

  private func tell(_ now: Int64) {
    let messages = grouping.take(now: now, isFull: isPaused)
    if !messages.isEmpty {
      uncommitted.formUnion(messages.flatMap { $0.places.map(\.partition) })
      // Where it cannot be noted it is told all the same.
      commit()
    }
    for message in messages {
      if message.isRepeated { metrics.repeated.increment() }
      outbox.add(message, sinks: sinks.count, now: now)
    }
    for (tag, job) in outbox.take(now: now) {
      sinks[job.sink].send(job.message) { [answers] in answers.add(tag, $0) }
    }
  }

  private func takeAnswers() {
    for (tag, answer) in answers.take() {
      let now = SystemTime.monotonicNanoseconds()
      let chance = Double.random(in: 0..<1, using: &random)
      guard let end = outbox.end(tag, answer, now: now, chance: chance) else { continue }
      let name = sinks[end.sink].name
      metrics.note(end.step, name)
      log(end.step, name)
      guard let finished = end.finished else { continue }
      grouping.end(finished)
      for place in finished.places { prefix.finish(place.partition, place.offset) }
      uncommitted.formUnion(finished.places.map(\.partition).filter { positions[$0] != nil })
    }
  }

  private func log(_ step: OpsOutbox.Step, _ sink: String) {
    switch step {
    case .sent: break
    case .again(let code, let attempt):
      logger.warning(
        "an alert could not be told and is tried again", ["to": sink, "code": code, "attempt": "\(attempt)"])
    case .givenUp(let code): logger.error("an alert was given up", ["to": sink, "code": code])
    }
  }

  private func commit() {
    for (partition, next) in prefix.advance() {
      positions[partition] = next
      uncommitted.insert(partition)
    }
    guard !uncommitted.isEmpty else { return }
    let next = positions.filter { uncommitted.contains($0.key) }
    do throws(KafkaError) {
      do throws(KafkaError) { try reader.commit(next, notes: notes(next)) } catch {
        guard error.code == .offsetMetadataTooLarge else { throw error }
        logger.warning("Kafka takes no note of what was told; raise offset.metadata.max.bytes to its default, 4096")
        try reader.commit(next)
      }
      uncommitted = []
    } catch {
      logger.debug("offsets were not committed", ["reason": error.description])
    }
  }

  private func notes(_ next: [TopicPartition: Int64]) -> [TopicPartition: String] {
    let (now, time) = (SystemTime.monotonicNanoseconds(), SystemTime.unixMicroseconds() / 1_000)
    let notes = next.map { ($0, grouping.note($0, next: $1, now: now, time: time).text) }
    return Dictionary(notes) { $1 }
  }

  private func show() {
    if isPaused { reader.askEnds() }
    metrics.lag.set(Int(reader.lag))
    metrics.waiting.set(prefix.open)
  }

  private func wait() {
    let now = SystemTime.monotonicNanoseconds()
    let next = [grouping.nextAt(now: now), outbox.nextAt].compactMap { $0 }.min() ?? .max
    let time = min(next, now + (uncommitted.isEmpty ? 1_000_000_000 : 200_000_000))
    let milliseconds = Int32(clamping: max(0, (time - now + 999_999) / 1_000_000))
    _ = Poll.wait([wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: milliseconds)
  }

  private func settle(until deadline: Int64) {
    while outbox.inFlight > 0 {
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { return }
      _ = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: Int32(min(left, 1_000)))
      wake.clear()
      takeAnswers()
    }
  }

  private func giveUp(_ partitions: [TopicPartition]) {
    takeAnswers()
    commit()
    forget(partitions)
  }

  private func forget(_ partitions: [TopicPartition]) {
    grouping.forget(partitions)
    prefix.forget(partitions)
    uncommitted.subtract(partitions)
    fresh.subtract(partitions)
    for partition in partitions { positions[partition] = nil }
  }

  private func close() {
    (reader.onAssigned, reader.onRevoked, reader.onLost) = (nil, nil, nil)
    reader.close()
  }
}

/// Answers on their way from the sinks' threads.
private final class OpsAnswers: Sendable {
  private let wake: WakeSignal
  private let waiting = Mutex<[(UInt64, OpsAnswer)]>([])

  init(_ wake: WakeSignal) { self.wake = wake }

  func add(_ tag: UInt64, _ answer: OpsAnswer) {
    waiting.withLock { $0.append((tag, answer)) }
    wake.signal()
  }

  func take() -> [(UInt64, OpsAnswer)] {
    waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
