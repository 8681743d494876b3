import DeadLetters
import Kafka
import NotificationModel
import Operations
import Postgres
import Runtime

/// The part of a round that is about replayed deliveries: what their dead letters hold is sent again as it was, under the
/// same number of replay, so that workers take it for the same claim.
struct ReplaySweep {
  let settings: SweeperSettings
  let store: ReplaySweepStore
  let outlet: SweepOutlet
  let stop: StopRequest

  typealias Left = (replay: LostReplay, reason: SweepCase.LeftReason)

  struct Result {
    var swept: [LostReplay] = []
    var left: [Left] = []
  }

  /// Bytes of the letters that are held at once.
  private static let bytes = 16 << 20

  func run(_ cases: [LostReplay], now: UnixTime) throws(RoleError) -> Result {
    var result = Result()
    guard !cases.isEmpty else { return result }
    var open: ArraySlice<LostReplay> = []
    for replay in cases {
      if let reason = replay.leftReason(now: now, settings) {
        result.left.append((replay, reason))
      } else {
        open.append(replay)
      }
    }
    let origins = PointedReader(settings.kafka, stop: stop)
    defer { origins.close() }
    while !open.isEmpty {
      let some = LostReplay.first(open, bytes: Self.bytes)
      try resend(some, origins, &result)
      open = open.dropFirst(some.count)
    }
    if !result.left.isEmpty { try outlet.send(LostReplay.alert(result.left, now: now)) }
    try database { () throws(PostgresError) in
      try store.note(swept: result.swept, now: now)
      try store.note(left: result.left, now: now)
      try store.forgetOld(now: now)
    }
    return result
  }

  private typealias Found = (replay: LostReplay, record: ReplayRecord)

  private func resend(
    _ replays: ArraySlice<LostReplay>, _ origins: PointedReader, _ result: inout Result
  ) throws(RoleError) {
    let letters = try database { () throws(PostgresError) in try store.letters(replays.map(\.letter)) }
    var (found, size): ([Found], Int) = ([], 0)
    for replay in replays {
      guard let letter = letters[replay.letter], let record = try record(letter, replay, origins) else {
        result.left.append((replay, .replayLost))
        continue
      }
      found.append((replay, record))
      size += record.content.value?.count ?? 0
      // A pointer is small, and stands for what is not.
      guard size > Self.bytes else { continue }
      try send(found, &result)
      (found, size) = ([], 0)
    }
    try send(found, &result)
  }

  private func send(_ found: [Found], _ result: inout Result) throws(RoleError) {
    let refused = try outlet.send(found.map { ($0.record.topic, $0.record.content) })
    for (place, item) in found.enumerated() {
      if refused[place] != nil {
        result.left.append((item.replay, .replayLost))
      } else {
        result.swept.append(item.replay)
      }
    }
  }

  /// Nil where what was sent cannot be had any more.
  private func record(
    _ letter: DeadLetterRow, _ replay: LostReplay, _ origins: PointedReader
  ) throws(RoleError) -> ReplayRecord? {
    let rules = replay.rules(settings)
    do throws(KafkaError) {
      var decision = rules.decide(letter)
      if case .readOrigin(let place) = decision {
        guard let source = try origins.record(at: place), letter.isMeant(source) else { return nil }
        decision = rules.decide(letter.whole(source))
      }
      guard case .produce(let record) = decision, replay.isMeant(record), try origins.has(record.topic) else {
        return nil
      }
      return record
    } catch {
      throw RoleError("reading again what was replayed", cause: error)
    }
  }

  private func database<T>(_ body: () throws(PostgresError) -> T) throws(RoleError) -> T {
    try RoleError.doing("PostgreSQL", body)
  }
}
