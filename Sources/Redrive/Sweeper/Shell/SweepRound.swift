import Kafka
import NotificationModel
import Operations
import Postgres
import Runtime

/// One look at the log: what is silent is sent again or left to a person, in one transaction that others wait for.
struct SweepRound {
  let settings: SweeperSettings
  /// A round that is not over by then is made again.
  var stop = StopRequest()

  struct Outcome: Equatable {
    /// Events of which deliveries are silent and nothing was decided before.
    var found = 0
    var swept = 0
    var left: [SweepCase.LeftReason: Int] = [:]
    /// Deliveries that are silent and not swept, as they still lie before somebody who carries them on.
    var held = 0
    /// Groups of which it is not known what lies before them, with the reason.
    var unread: [String: String] = [:]
    /// Another sweeper is at it.
    var isSkipped = false
  }

  private typealias Left = (event: SweepCase, reason: SweepCase.LeftReason)

  /// What was produced before a fault is produced again in the next round, which makes the same deliveries once more.
  /// - Parameter memory: of the rounds before.
  func run(now: UnixTime, _ memory: inout LaneMemory) throws(RoleError) -> Outcome {
    var outcome = Outcome()
    let store = try database { () throws(PostgresError) in
      SweepStore(connection: try PostgresConnection(settings.database), settings: settings)
    }
    defer { store.connection.close() }
    guard try database({ () throws(PostgresError) in try store.begin() }) else {
      outcome.isSkipped = true
      return outcome
    }
    let cases = try cases(store, now, &memory, &outcome)
    outcome.found = cases.count
    guard !cases.isEmpty else { return outcome }
    let (swept, left) = try judge(cases, now)
    try database { () throws(PostgresError) in
      try store.note(swept: swept, now: now)
      try store.note(left: left, now: now)
      try store.end()
    }
    outcome.swept = swept.count
    for (_, reason) in left { outcome.left[reason, default: 0] += 1 }
    return outcome
  }

  /// Without what is only late. While nothing is silent no group is asked, otherwise each once.
  private func cases(
    _ store: SweepStore, _ now: UnixTime, _ memory: inout LaneMemory, _ outcome: inout Outcome
  ) throws(RoleError) -> [SweepCase] {
    guard try database({ () throws(PostgresError) in try store.isAnySilent(now: now) }) else { return [] }
    let lanes = LaneReader(settings: settings, stop: stop).read()
    outcome.unread = lanes.unread
    let fronts = memory.fronts(lanes.reading, recorded: lanes.recorded) ?? .everything
    outcome.held = try database { () throws(PostgresError) in try store.held(by: fronts, now: now) }
    return try database { () throws(PostgresError) in try store.cases(now: now, without: fronts) }
  }

  private func judge(_ cases: [SweepCase], _ now: UnixTime) throws(RoleError) -> (swept: [SweepCase], left: [Left]) {
    let outlet = try RoleError.doing("Kafka's settings") { () throws(KafkaError) in
      try SweepOutlet(settings, stop: stop)
    }
    defer { outlet.close() }
    var (swept, left): ([SweepCase], [Left]) = ([], [])
    var records: [RecordContent] = []
    let topic = settings.name(.events)
    for event in cases {
      if let reason = event.leftReason(now: now, settings, topic: topic) { left.append((event, reason)) }
    }
    let decided = Set(left.map(\.event.key))
    let open = cases.filter { !decided.contains($0.key) }
    for (event, record) in try read(open) {
      switch record {
      case nil: left.append((event, .recordGone))
      case let record? where now.milliseconds - SweptRecord.arrived(record) >= settings.horizonMilliseconds:
        left.append((event, .tooOld))
      case let record?:
        swept.append(event)
        records.append(SweptRecord.content(of: record, eventTime: event.eventTime, now: now))
      }
    }
    try outlet.send(records)
    if !left.isEmpty { try outlet.send(SweptRecord.alert(left, now: now)) }
    return (swept, left)
  }

  /// Each event's record; nil where Kafka does not hold it, or another lies in its place.
  private func read(_ cases: [SweepCase]) throws(RoleError) -> [(SweepCase, SourceRecord?)] {
    guard !cases.isEmpty else { return [] }
    do throws(KafkaError) {
      let reader = try OriginReader(settings.kafka, stop: stop)
      defer { reader.close() }
      var found: [(SweepCase, SourceRecord?)] = []
      for event in cases {
        guard let origin = event.origin else { continue }
        let record = try reader.read(origin)
        let isIt = record?.header(RecordHeader.eventID)?.lowercased() == event.key.event
        found.append((event, isIt ? record : nil))
      }
      return found
    } catch {
      throw RoleError("reading events again", cause: error)
    }
  }

  private func database<T>(_ body: () throws(PostgresError) -> T) throws(RoleError) -> T {
    try RoleError.doing("PostgreSQL", body)
  }
}
