/// The groups' committed offsets: in memory, and in a journal that is written anew when most of it is old.
final class OffsetStore: DurableStore {
  private let path: String
  private let files: any FileLayer
  /// The journal may be so long before it is written anew, or twice what it would then have; in bytes.
  private let compactFrom: Int
  private var file: AppendOnlyFile
  private var liveBytes = 0
  private var isDirectoryDirty: Bool
  private var inFlight: (file: AppendOnlyFile, sync: FileSync, commits: UInt64)?
  private(set) var failure: LogError?
  /// When a group was last seen with members; since the start for those that were not.
  private var lastActive: [String: Int64] = [:]
  private let started: Int64

  private(set) var offsets: [String: [TopicPartition: CommittedOffset]] = [:]
  /// How many changes there were since the start.
  private(set) var commits: UInt64 = 0
  /// How many of them are durable.
  private(set) var durableCommits: UInt64 = 0
  /// What was cut off the journal's end at the start, in bytes: to be logged when it is not 0.
  private(set) var tornBytes = 0

  init(path: String, files: any FileLayer, now: Int64, compactFrom: Int = 16 << 20) throws(LogError) {
    self.path = path
    self.files = files
    self.compactFrom = compactFrom
    started = now
    try files.makeDirectory(path.parentDirectory)
    file = try AppendOnlyFile(path, files: files)
    // Whether the last run came to sync the journal or its name is not known.
    isDirectoryDirty = true
    tornBytes = try Journal.recover(file) { entry in
      if let entry = OffsetEntry(entry) { take(entry) }
    }
  }

  /// Takes a group's offsets, all or none of them.
  func commit(_ places: [TopicPartition: CommittedOffset], group: String) throws(PartitionError) {
    try write([.commit(group: group, places)])
  }

  /// Forgets offsets: of a group that is deleted, or that expired.
  func forget(_ places: [TopicPartition], group: String) throws(PartitionError) {
    try write([.forget(group: group, places)])
  }

  func forget(group: String) throws(PartitionError) {
    if let places = offsets[group]?.keys { try forget(Array(places), group: group) }
  }

  /// A topic that is made anew under this name must not find the old one's offsets.
  func forget(topic: String) throws(PartitionError) {
    try write(
      offsets.compactMap { group, places in
        let gone = places.keys.filter { $0.topic == topic }
        return gone.isEmpty ? nil : .forget(group: group, gone)
      })
  }

  /// Forgets what was committed longer than `retention` ago by groups that had no members since.
  func expire(now: Int64, retention: Int64, hasMembers: (String) -> Bool) throws(PartitionError) {
    var entries: [OffsetEntry] = []
    for (group, places) in offsets {
      guard !hasMembers(group) else {
        lastActive[group] = now
        continue
      }
      let active = lastActive[group] ?? started
      let gone = places.filter { max($0.value.committed, active) + retention < now }.map(\.key)
      if !gone.isEmpty { entries.append(.forget(group: group, gone)) }
    }
    try write(entries)
    lastActive = lastActive.filter { offsets[$0.key] != nil }
  }

  private func write(_ entries: [OffsetEntry]) throws(PartitionError) {
    guard !entries.isEmpty else { return }
    if let failure { throw PartitionError(failure) }
    do {
      let bytes = entries.flatMap { Journal.frame($0.bytes) }
      try file.append(bytes.raw)
    } catch {
      throw PartitionError(error)
    }
    commits += 1
    for entry in entries { take(entry) }
  }

  private func take(_ entry: OffsetEntry) {
    switch entry {
    case .commit(let group, let places):
      for (place, offset) in places {
        if let old = offsets[group]?[place] { liveBytes -= Self.size(group, place, old) }
        offsets[group, default: [:]][place] = offset
        liveBytes += Self.size(group, place, offset)
      }
    case .forget(let group, let places):
      for place in places {
        if let old = offsets[group]?.removeValue(forKey: place) { liveBytes -= Self.size(group, place, old) }
      }
      if offsets[group]?.isEmpty ?? false { offsets[group] = nil }
    }
  }

  /// What an offset takes in the journal, roughly.
  private static func size(_ group: String, _ place: TopicPartition, _ offset: CommittedOffset) -> Int {
    50 + group.utf8.count + place.topic.utf8.count + offset.metadata.utf8.count
  }
}

extension OffsetStore {
  var isDirty: Bool { commits != durableCommits || !file.isDurable || isDirectoryDirty || failure != nil }

  var isCheckpointDue: Bool { file.size > max(compactFrom, 2 * liveBytes) }

  func beginSync() -> LogSync? {
    guard inFlight == nil, isDirty || isCheckpointDue else { return nil }
    // A journal that cannot be written anew goes on as it is.
    if isCheckpointDue { try? compact() }
    let sync = file.makeSync()
    inFlight = (file, sync, commits)
    let directory = isDirectoryDirty ? path.parentDirectory : nil
    isDirectoryDirty = false
    return LogSync(files: files, logs: [sync], indexes: [], directory: directory, checkpoint: nil)
  }

  func finish(_ outcome: LogSync.Outcome) {
    guard let sync = inFlight else { return }
    inFlight = nil
    sync.file.finish(sync.sync, succeeded: outcome.failure == nil)
    failure = outcome.failure
    if outcome.failure == nil { durableCommits = sync.commits } else { isDirectoryDirty = true }
  }

  /// Writes what counts into a new journal, which takes the old one's place.
  private func compact() throws(LogError) {
    let fresh = try AppendOnlyFile(path + AtomicFile.suffix, files: files)
    try fresh.truncate(to: 0)
    let content = offsets.flatMap { Journal.frame(OffsetEntry.commit(group: $0.key, $0.value).bytes) }
    try fresh.append(content.raw)
    let sync = fresh.makeSync()
    try sync.run()
    fresh.finish(sync, succeeded: true)
    try files.rename(path + AtomicFile.suffix, to: path)
    file = fresh
    isDirectoryDirty = true
  }
}
