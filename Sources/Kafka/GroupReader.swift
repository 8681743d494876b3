public import Runtime

/// A member of a group that reads topics in batches and keeps its place while it cannot go on. It belongs to one thread.
public final class GroupReader {
  private let consumer: Consumer
  private let wake: WakeSignal
  /// What is read at present.
  public private(set) var owned: Set<TopicPartition> = []
  private let topics: [String]
  private var gathered: [SourceRecord] = []
  private var pace = BatchPace()
  private var next: [TopicPartition: Int64] = [:]
  private var isHeld = false
  /// Of which nothing is read until `wake`, whatever else goes on.
  private var resting: Set<TopicPartition> = []
  private var ends: [TopicPartition: Int64] = [:]
  private var endsAskedAt: Int64?
  /// Hears what is given, before anything of it is read.
  public var onAssigned: (([TopicPartition]) -> Void)?
  /// Hears what is taken away, in time to commit what is finished.
  public var onRevoked: (([TopicPartition]) -> Void)?
  /// Hears what others read already: nothing can be committed for it any more.
  public var onLost: (([TopicPartition]) -> Void)?

  /// What a member reads, and as whom.
  public struct Settings: Sendable {
    public var kafka: KafkaSettings
    public var group: String
    public var topics: [String]
    /// Names the member, so that it has its partitions again at once after a restart; each needs its own.
    public var instance: String?

    public init(_ kafka: KafkaSettings, group: String, topics: [String], instance: String? = nil) {
      (self.kafka, self.group, self.topics, self.instance) = (kafka, group, topics, instance)
    }
  }

  /// What is gathered at once: what is there when `enough` are, or after a rest of at most `linger`.
  public struct Bounds: Sendable, Equatable {
    public var records = 500
    public var bytes = 512 << 10
    /// A batch costs as much for one record as for several, so that few records a second would cost the most of all.
    public var linger: Duration = .milliseconds(40)
    /// The rest is as long as so many take to come: waiting for more would save little.
    public var enough = 6

    public init() {}
  }

  /// - Parameter wake: signalled when something has come.
  public init(_ settings: Settings, wake: WakeSignal) throws(KafkaError) {
    var kafka = settings.kafka
    let own = [
      // Records wait in their topic, not here: some batches' worth.
      "queued.min.messages": "2000", "queued.max.messages.kbytes": "16384", "fetch.wait.max.ms": "100",
      "partition.assignment.strategy": "range,roundrobin", "session.timeout.ms": "15000",
    ]
    // Those are the producer's, and a consumer warns of them.
    for name in ["acks", "enable.idempotence", "linger.ms", "message.timeout.ms", "partitioner"] {
      kafka.properties[name] = nil
    }
    kafka.properties.merge(own) { given, _ in given }
    if let instance = settings.instance { kafka.properties["group.instance.id"] = instance }
    (self.wake, topics) = (wake, settings.topics)
    consumer = try Consumer(kafka, group: settings.group, wake: wake)
    consumer.onRebalance = { [weak self] change in self?.rebalance(change) }
  }

  /// Joins the group. The topics should be there by then: of one that comes later librdkafka hears within five minutes.
  public func join() throws(KafkaError) { try consumer.subscribe(topics) }

  /// Until when whoever is in no hurry need not look, in monotonic nanoseconds; nil: until something comes.
  public var restsUntil: Int64? { pace.restsUntil }

  /// What is there, up to the bounds, once enough of it is there or the rest since the last batch is over. It waits for
  /// nothing.
  public func gather(_ bounds: Bounds) throws(KafkaError) -> [SourceRecord] {
    var bytes = gathered.reduce(0) { $0 + $1.size }
    while gathered.count < bounds.records, bytes < bounds.bytes {
      guard case .record(let record) = try consumer.poll(timeoutMilliseconds: 0, { SourceRecord($0) }) else { break }
      take(record)
      bytes += record.size
    }
    let now = SystemTime.monotonicNanoseconds()
    guard pace.isRipe(gathered.count, linger: bounds.linger, enough: bounds.enough, now: now) else { return [] }
    defer { gathered = [] }
    return gathered
  }

  private func take(_ record: SourceRecord) {
    gathered.append(record)
    next[record.place] = record.offset + 1
  }

  /// Where reading goes on after these records.
  public static func next(after records: [SourceRecord]) -> [TopicPartition: Int64] {
    records.reduce(into: [:]) { $0[$1.place] = $1.offset + 1 }
  }

  /// Reads nothing for a time, but stays in the group.
  /// - Returns: those of the records that are still this router's to route.
  public func hold(_ records: [SourceRecord], for time: Duration, or stop: StopRequest) throws(KafkaError)
    -> [SourceRecord]
  {
    try pause()
    let end = SystemTime.monotonicNanoseconds() + Int64(time / .nanoseconds(1))
    let before = revocations
    while !stop.isRequested {
      let left = (end - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { break }
      wake.clear()
      // What comes all the same is of partitions that were assigned just now.
      while case .record(let record) = try consumer.poll(timeoutMilliseconds: 0, { SourceRecord($0) }) {
        take(record)
        try consumer.pause([record.place])
      }
      _ = Poll.wait([wake.fileDescriptor, stop.signal.fileDescriptor], timeoutMilliseconds: Int32(min(left, 1_000)))
    }
    return revocations == before ? records : records.filter { !lostPlaces.contains($0.place) }
  }

  private var revocations = 0
  /// Partitions that were taken away since the hold began: also where they came back, their records come again.
  private var lostPlaces: Set<TopicPartition> = []

  /// Reads nothing until `resume`, but stays in the group: keep gathering, so that Kafka sees it alive.
  public func pause() throws(KafkaError) {
    if !isHeld { lostPlaces = [] }
    isHeld = true
    if !owned.isEmpty { try consumer.pause(Array(owned)) }
  }

  /// Ends a hold.
  public func resume() throws(KafkaError) {
    guard isHeld else { return }
    isHeld = false
    let awake = owned.subtracting(resting)
    if !awake.isEmpty { try consumer.resume(Array(awake)) }
  }

  /// Reads no more of some partitions until `wake`, and goes on with the others. What was read of them already still
  /// comes; keep gathering, so that Kafka sees the member alive.
  public func rest(_ partitions: some Sequence<TopicPartition>) throws(KafkaError) {
    let fresh = partitions.filter { owned.contains($0) && !resting.contains($0) }
    guard !fresh.isEmpty else { return }
    resting.formUnion(fresh)
    if !isHeld { try consumer.pause(fresh) }
  }

  /// Reads on in partitions that rest, after the last record that was given.
  public func wake(_ partitions: some Sequence<TopicPartition>) throws(KafkaError) {
    let rested = partitions.filter { resting.remove($0) != nil }
    if !isHeld, !rested.isEmpty { try consumer.resume(rested) }
  }

  private func rebalance(_ change: Rebalance) {
    switch change {
    case .assigned(let partitions):
      owned.formUnion(partitions)
      onAssigned?(partitions)
      if isHeld { try? consumer.pause(partitions) }
    case .revoked(let partitions):
      onRevoked?(partitions)
      forget(partitions)
    case .lost(let partitions):
      onLost?(partitions)
      forget(partitions)
    }
  }

  private func forget(_ partitions: [TopicPartition]) {
    revocations += 1
    // librdkafka would give them back paused.
    try? wake(partitions)
    owned.subtract(partitions)
    lostPlaces.formUnion(partitions)
    gathered.removeAll { partitions.contains($0.place) }
    for partition in partitions { (next[partition], ends[partition]) = (nil, nil) }
  }

  /// Commits what is finished of the partitions that are still read here.
  /// - Parameter notes: texts that are kept with it, as of `Consumer.commit`.
  public func commit(
    _ finished: [TopicPartition: Int64], notes: [TopicPartition: String] = [:]
  ) throws(KafkaError) {
    let own = finished.filter { owned.contains($0.key) }
    if !own.isEmpty { try consumer.commit(own, notes: notes) }
  }

  /// What the group noted with its last commits.
  public func notes(
    of partitions: [TopicPartition], timeoutMilliseconds: Int
  ) throws(KafkaError) -> [TopicPartition: String] {
    try consumer.committedNotes(partitions, timeoutMilliseconds: timeoutMilliseconds)
  }

  /// Records that wait in the partitions that are read here. Of one that rests or is held it is what was there at the last
  /// fetch, or at `askEnds`.
  public var lag: Int64 { next.reduce(Int64(gathered.count)) { $0 + lag($1.key, $1.value) } }

  /// Those of one topic.
  public func lag(of topic: String) -> Int64 {
    next.reduce(0) { $1.key.topic == topic ? $0 + lag($1.key, $1.value) : $0 }
  }

  private func lag(_ place: TopicPartition, _ next: Int64) -> Int64 {
    max(0, max(consumer.knownEnd(place) ?? next, ends[place] ?? next) - next)
  }

  /// Asks the broker where the partitions that rest or are held end at present, as nothing is fetched of them; ends with
  /// the first that gets no answer.
  /// - Parameter interval: within which it does not ask again.
  public func askEnds(atMostEvery interval: Duration = .seconds(15), timeoutMilliseconds: Int = 500) {
    let asleep = isHeld ? owned : resting
    let now = SystemTime.monotonicNanoseconds()
    if let endsAskedAt, now - endsAskedAt < Int64(interval / .nanoseconds(1)) { return }
    guard !asleep.isEmpty else { return }
    endsAskedAt = now
    for place in asleep {
      guard let known = try? consumer.watermarks(place, timeoutMilliseconds: timeoutMilliseconds) else { return }
      ends[place] = known.high
      if next[place] == nil { next[place] = begin(place, known.low, timeoutMilliseconds) }
    }
  }

  /// Where reading of a partition will begin of which nothing has come yet.
  private func begin(_ place: TopicPartition, _ low: Int64, _ timeoutMilliseconds: Int) -> Int64? {
    let committed = try? consumer.committed([place], timeoutMilliseconds: timeoutMilliseconds)
    return committed.map { $0[place] ?? low }
  }

  public func close() { consumer.close() }
}
