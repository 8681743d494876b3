/// What the broker keeps and how it answers; knows requests and answers, and nothing of sockets but that answers may
/// come later. Belongs to the loop's thread.
final class BrokerCore {
  static let node: Int32 = 1

  let settings: BrokerSettings
  let loop: EventLoop
  let files: any FileLayer
  let catalog: Catalog
  let offsets: OffsetStore
  let producerIDs: ProducerIDs
  let groups: GroupCoordinator
  let clusterID: String
  let memory: ServerMemory
  let report: BrokerReport
  var advertised: (host: String, port: Int32) = ("", 0)
  var partitions: [String: [Partition]] = [:]
  var byLog: [ObjectIdentifier: Partition] = [:]
  /// Offset commits that are not durable yet.
  var commits: [PendingCommit] = []
  /// Fetches that wait, and partitions that have something for one of them.
  var fetches: [ObjectIdentifier: WaitingFetch] = [:]
  var shown: [ObjectIdentifier: Partition] = [:]
  /// Answers of groups that are not there yet, and where to forget them.
  var groupWaits: [RequestToken: Exchange] = [:]
  private var nextToken: RequestToken = 0
  var statistics = BrokerStatistics()
  private var groupTimer: LoopTimer?
  var syncs: SyncScheduler
  var isStopping = false

  init(
    _ settings: BrokerSettings, loop: EventLoop, files: any FileLayer, report: @escaping BrokerReport
  ) throws(LogError) {
    self.settings = settings
    self.loop = loop
    self.files = files
    self.report = report
    memory = ServerMemory(limit: settings.memoryBytesMax)
    let now = WallClock.now
    clusterID = try ClusterID.readOrMake(directory: settings.dataDirectory, files: files)
    catalog = try Catalog(directory: settings.dataDirectory, files: files)
    offsets = try OffsetStore(path: "\(settings.dataDirectory)/offsets/journal", files: files, now: now)
    producerIDs = try ProducerIDs(directory: settings.dataDirectory, files: files)
    var groupSettings = GroupSettings()
    groupSettings.initialDelay = settings.groupDelayMilliseconds
    groups = GroupCoordinator(settings: groupSettings)
    syncs = SyncScheduler(loop: loop, policy: settings.sync.policy)
    if offsets.tornBytes > 0 {
      report(.notice, "offsets recovered", ["cutBytes": "\(offsets.tornBytes)"])
    }
    for topic in catalog.topics { try add(topic, 0..<topic.partitions) }
    groupTimer = LoopTimer(loop) { [unowned self] in tickGroups() }
    syncs.began = { [unowned self] in byLog[ObjectIdentifier($0)]?.syncBegan() }
    syncs.finished = { [unowned self] in synced($0) }
  }

  /// Opens partitions of a topic and serves them.
  func add(_ topic: Topic, _ indices: Range<Int32>) throws(LogError) {
    let opened = try open(topic, indices)
    partitions[topic.name, default: []] += opened
    for partition in opened { byLog[ObjectIdentifier(partition.log)] = partition }
  }

  /// Says what the recovery found.
  private func open(_ topic: Topic, _ indices: Range<Int32>) throws(LogError) -> [Partition] {
    let logSettings = topic.configuration.settings(settings.partitions)
    var opened: [Partition] = []
    for index in indices {
      let directory = catalog.partitionDirectory(topic.name, index)
      let log = try PartitionLog(directory: directory, settings: logSettings, files: files, now: WallClock.now)
      if log.recovery.isWorthTelling {
        report(
          log.recovery.truncation == nil ? .info : .warning, "log recovered",
          ["topic": topic.name, "partition": "\(index)", "recovery": log.recovery.description])
      }
      opened.append(Partition(topic: topic.name, index: index, log: log))
    }
    return opened
  }

  func partition(_ topic: String, _ index: Int32) -> Partition? {
    guard let all = partitions[topic], index >= 0, index < all.count else { return nil }
    return all[Int(index)]
  }

  /// A topic's name by what a request says of it; the error when there is none.
  func name(of reference: TopicReference) -> Result<String, PartitionError> {
    if reference.id != .none {
      return catalog[reference.id].map { .success($0.name) } ?? .failure(PartitionError(.unknownTopicID, "no such id"))
    }
    return partitions[reference.name] != nil
      ? .success(reference.name) : .failure(PartitionError(.unknownTopicOrPartition, "no such topic"))
  }

  func token(for exchange: Exchange, group: String) -> RequestToken {
    nextToken += 1
    let token = nextToken
    groupWaits[token] = exchange
    exchange.onAbandon = { [weak self] in
      guard let self else { return }
      groupWaits[token] = nil
      groups.forget(token, group: group, now: loop.now)
    }
    return token
  }

  /// Looks after the time-outs of groups; to be called after whatever may have changed them.
  func armGroupTimer() {
    guard let deadline = groups.nextDeadline else { return }
    groupTimer?.start(after: deadline - loop.now)
  }

  private func tickGroups() {
    send(groups.tick(now: loop.now))
    armGroupTimer()
  }

  func closeTimers() {
    groupTimer?.close()
    groupTimer = nil
  }
}

/// The cluster's id: made once, for the life of the data directory.
enum ClusterID {
  static func readOrMake(directory: String, files: any FileLayer) throws(LogError) -> String {
    let path = "\(directory)/cluster-id"
    if let bytes = try AtomicFile.content(path, files: files) { return String(decoding: bytes, as: UTF8.self) }
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    let id = (0..<22).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }
    try AtomicFile.replace(path, with: id, files: files)
    return String(decoding: id, as: UTF8.self)
  }
}

extension TopicID {
  static func random() -> TopicID {
    // A version 4 UUID, as Kafka's are.
    TopicID(
      high: UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000,
      low: UInt64.random(in: 0...UInt64.max) & ~(0xC0 << 56) | 0x80 << 56)
  }
}
