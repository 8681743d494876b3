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
    /// The same of deliveries that were replayed out of dead letters.
    var foundReplays = 0
    var sweptReplays = 0
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
    let silent = try silent(store, now, &memory, &outcome)
    outcome.found = silent.events.count
    outcome.foundReplays = silent.replays.count
    guard outcome.found + outcome.foundReplays > 0 else { return outcome }
    let outlet = try RoleError.doing("Kafka's settings") { () throws(KafkaError) in
      try SweepOutlet(settings, stop: stop)
    }
    defer { outlet.close() }
    let (swept, left) = try judge(silent.events, now, outlet)
    try database { () throws(PostgresError) in
      try store.note(swept: swept, now: now)
      try store.note(left: left, now: now)
    }
    outcome.swept = swept.count
    for (_, reason) in left { outcome.left[reason, default: 0] += 1 }
    try sweepReplays(silent.replays, store, now, outlet, &outcome)
    return outcome
  }

  /// Ends the round: what was done about events is noted, whatever becomes of these.
  private func sweepReplays(
    _ replays: [LostReplay], _ store: SweepStore, _ now: UnixTime, _ outlet: SweepOutlet, _ outcome: inout Outcome
  ) throws(RoleError) {
    let sweep = ReplaySweep(settings: settings, store: ReplaySweepStore(store: store), outlet: outlet, stop: stop)
    let result = Result { () throws(RoleError) in try sweep.run(replays, now: now) }
    try database { () throws(PostgresError) in try store.end() }
    let replayed = try result.get()
    outcome.sweptReplays = replayed.swept.count
    for (_, reason) in replayed.left { outcome.left[reason, default: 0] += 1 }
  }

  /// Without what is only late. While nothing is silent no group is asked, otherwise each once.
  private func silent(
    _ store: SweepStore, _ now: UnixTime, _ memory: inout LaneMemory, _ outcome: inout Outcome
  ) throws(RoleError) -> (events: [SweepCase], replays: [LostReplay]) {
    let replays = ReplaySweepStore(store: store)
    let isAny = try database { () throws(PostgresError) in
      try store.isAnySilent(now: now) ? true : try replays.isAnySilent(now: now)
    }
    guard isAny else { return ([], []) }
    let lanes = LaneReader(settings: settings, stop: stop).read()
    outcome.unread = lanes.unread
    let fronts = memory.fronts(lanes.reading, recorded: lanes.recorded) ?? .everything
    return try database { () throws(PostgresError) in
      outcome.held = try store.held(by: fronts, now: now) + replays.held(by: fronts, now: now)
      return (try store.cases(now: now, without: fronts), try replays.cases(now: now, without: fronts))
    }
  }

  private func judge(
    _ cases: [SweepCase], _ now: UnixTime, _ outlet: SweepOutlet
  ) throws(RoleError) -> (swept: [SweepCase], left: [Left]) {
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
    if !records.isEmpty { try outlet.send(records) }
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
