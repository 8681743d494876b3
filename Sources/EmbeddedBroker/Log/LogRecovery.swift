/// Finds out, when a partition is opened, what of its log is whole: all up to the checkpoint, and after it every batch up
/// to the first that is not.
struct LogRecovery {
  private let directory: String
  private let files: any FileLayer
  private let indexInterval: Int
  private let now: Int64

  private(set) var closed: [ClosedSegment] = []
  /// The segments that were looked through; the last one goes on being written.
  private(set) var scanned: [Segment] = []
  private(set) var producers = ProducerStates()
  private(set) var startOffset: Int64 = 0
  /// Up to where the log was known to be durable.
  private(set) var durable: SegmentMark?
  private(set) var report = RecoveryReport()

  init(directory: String, settings: PartitionSettings, files: any FileLayer, now: Int64) throws(LogError) {
    self.directory = directory
    self.files = files
    indexInterval = settings.indexInterval
    self.now = now
    try files.makeDirectory(directory)
    let names = try files.list(directory)
    let bases = names.compactMap { SegmentName.baseOffset($0, suffix: ".log") }.sorted()
    try removeLeftovers(names, Set(bases))
    let checkpoint = try usableCheckpoint(bases)
    if let checkpoint {
      producers = checkpoint.producers
      durable = checkpoint.mark
      try trust(bases.filter { $0 < checkpoint.mark.baseOffset }, upTo: checkpoint.mark.baseOffset)
    }
    try scan(bases.filter { $0 >= checkpoint?.mark.baseOffset ?? 0 })
    if scanned.isEmpty {
      // A log that lost all its segments must not give its offsets away a second time.
      scanned = [try segment(checkpoint?.mark.nextOffset ?? 0)]
    }
    for segment in scanned.dropLast() { try segment.seal() }
    let first = closed.first?.name.baseOffset ?? scanned[0].baseOffset
    startOffset = min(max(checkpoint?.startOffset ?? 0, first), scanned[scanned.count - 1].nextOffset)
  }

  private func name(_ base: Int64) -> SegmentName { SegmentName(directory: directory, baseOffset: base) }

  private func segment(_ base: Int64, _ mark: SegmentMark? = nil) throws(LogError) -> Segment {
    try Segment(name(base), files: files, indexInterval: indexInterval, mark: mark)
  }

  /// Temporary files, and indexes whose segment is gone.
  private func removeLeftovers(_ names: [String], _ bases: Set<Int64>) throws(LogError) {
    for file in names {
      let base = SegmentName.suffixes.dropFirst().lazy.compactMap { SegmentName.baseOffset(file, suffix: $0) }.first
      if file.hasSuffix(AtomicFile.suffix) || base.map({ !bases.contains($0) }) ?? false {
        try files.remove("\(directory)/\(file)")
      }
    }
  }

  private mutating func usableCheckpoint(_ bases: [Int64]) throws(LogError) -> Checkpoint? {
    let content: [UInt8]?
    do {
      content = try AtomicFile.content("\(directory)/\(Checkpoint.fileName)", files: files)
    } catch  where error.kind == .corrupt {
      report.checkpointProblem = "the checkpoint is damaged"
      return nil
    }
    // A young log has none yet.
    guard let content else { return nil }
    guard let checkpoint = Checkpoint(content) else {
      report.checkpointProblem = "the checkpoint is of another version"
      return nil
    }
    guard try isThere(checkpoint.mark, bases) else {
      report.checkpointProblem = "the log is shorter than its checkpoint says"
      return bases.isEmpty ? checkpoint : nil
    }
    return checkpoint
  }

  private func isThere(_ mark: SegmentMark, _ bases: [Int64]) throws(LogError) -> Bool {
    guard bases.contains(mark.baseOffset) else { return false }
    return try files.status(name(mark.baseOffset).log).size >= mark.position
  }

  private mutating func trust(_ bases: [Int64], upTo end: Int64) throws(LogError) {
    for (index, base) in bases.enumerated() {
      let next = index + 1 < bases.count ? bases[index + 1] : end
      let size = try files.status(name(base).log).size
      closed.append(ClosedSegment(name: name(base), nextOffset: next, size: size))
    }
  }

  private mutating func scan(_ bases: [Int64]) throws(LogError) {
    for (index, base) in bases.enumerated() {
      if report.truncation == nil, let end = scanned.last?.nextOffset, end != base {
        note(.init(offset: end, bytes: 0, reason: "the next segment does not follow"))
      }
      guard report.truncation == nil else { return try remove(Array(bases[index...])) }
      let mark = durable.flatMap { $0.baseOffset == base ? $0 : nil }
      let segment = try segment(base, mark)
      scanned.append(segment)
      var scan = SegmentScan(segment, from: mark?.position ?? 0)
      while let header = try scan.next() { producers.note(header, now: now) }
      report.scannedBytes += scan.readBytes
      guard let reason = scan.problem else { continue }
      note(.init(offset: segment.nextOffset, bytes: segment.log.size - scan.position, reason: reason))
      try segment.log.truncate(to: scan.position)
    }
  }

  private mutating func note(_ truncation: RecoveryReport.Truncation) { report.truncation = truncation }

  private mutating func remove(_ bases: [Int64]) throws(LogError) {
    for base in bases {
      let size = try files.status(name(base).log).size
      report.truncation?.bytes += size
      report.removedSegments += 1
      try SegmentFiles.remove(name(base), files)
    }
  }
}

enum SegmentFiles {
  /// The log goes first: indexes without one are swept at the next start.
  static func remove(_ name: SegmentName, _ files: some FileLayer) throws(LogError) {
    try files.remove(name.log)
    try? files.remove(name.offsetIndex)
    try? files.remove(name.timeIndex)
  }
}
