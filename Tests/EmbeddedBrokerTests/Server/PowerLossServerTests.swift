import LocalServers
import Synchronization
import TestSupport
import Testing

@testable import EmbeddedBroker

/// The whole server on a disk that forgets what was not synced.
@Suite struct PowerLossServerTests {
  @Test(arguments: [BrokerSync.always, .os], 1...8 as ClosedRange<UInt64>)
  func `what always has acknowledged survives a loss of power, and no policy serves what it has not`(
    policy: BrokerSync, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let disk = FaultyFiles()
    // Only the lock lies on the real one.
    let directory = try TemporaryDirectory(prefix: "bongsu-broker")
    func start(_ files: PoweredFiles) throws -> TestBroker {
      try TestBroker(files: files) { ($0.sync, $0.dataDirectory) = (policy, directory.path) }
    }
    var acknowledged: [Int64: String] = [:]
    for round in 0..<4 {
      let files = PoweredFiles(disk)
      let broker = try start(files)
      if round == 0 { try broker.makeTopic("t") }
      let client = try broker.connect()
      for number in 0..<Int.random(in: 1...20, using: &random) {
        let text = "\(round)-\(number)"
        acknowledged[try client.produce("t", TestBatch(text)).baseOffset] = text
      }
      // One is on its way.
      try client.send(client.frame(ProduceAPI.self, WireClient.produce("t", TestBatch("late").bytes), version: 9))
      files.cutPower { disk.losePower(.random, using: &random) }
      broker.server.stop()
      guard policy == .always else {
        acknowledged = [:]
        continue
      }
    }
    let broker = try start(PoweredFiles(disk))
    let client = try broker.connect()
    let end = try client.fetch("t").highWatermark
    #expect(acknowledged.keys.allSatisfy { $0 < end })
    for (offset, text) in acknowledged {
      let records = try #require(try client.fetch("t", from: offset, bytesMax: 1).records)
      #expect(String(decoding: records, as: UTF8.self).contains(text))
    }
    #expect(try client.produce("t", TestBatch("next")).baseOffset == end)
  }
}

/// A faulty disk that a server's threads share, and that is gone for it once the power is cut.
final class PoweredFiles: FileLayer {
  private let disk: Mutex<FaultyFiles>
  private let isOff = Atomic(false)

  init(_ disk: FaultyFiles) { self.disk = Mutex(disk) }

  /// No call of this server's comes through any more; `body` decides what is left.
  func cutPower(_ body: () -> Void) {
    disk.withLock { _ in
      isOff.store(true, ordering: .sequentiallyConsistent)
      body()
    }
  }

  func run<T>(_ body: (FaultyFiles) throws(LogError) -> T) throws(LogError) -> T {
    try disk.withLock { disk throws(LogError) in
      if isOff.load(ordering: .sequentiallyConsistent) { throw LogError(.io, "the power is cut") }
      return try body(disk)
    }
  }

  func open(_ path: String, create: Bool) throws(LogError) -> any LogFile {
    PoweredFile(try run { disk throws(LogError) in try disk.open(path, create: create) }, self)
  }
  func list(_ directory: String) throws(LogError) -> [String] {
    try run { disk throws(LogError) in try disk.list(directory) }
  }
  func status(_ path: String) throws(LogError) -> FileStatus {
    try run { disk throws(LogError) in try disk.status(path) }
  }
  func makeDirectory(_ path: String) throws(LogError) {
    try run { disk throws(LogError) in try disk.makeDirectory(path) }
  }
  func rename(_ path: String, to target: String) throws(LogError) {
    try run { disk throws(LogError) in try disk.rename(path, to: target) }
  }
  func remove(_ path: String) throws(LogError) { try run { disk throws(LogError) in try disk.remove(path) } }
  func syncDirectory(_ path: String) throws(LogError) {
    try run { disk throws(LogError) in try disk.syncDirectory(path) }
  }
}

private final class PoweredFile: LogFile {
  private let file: any LogFile
  private let files: PoweredFiles

  init(_ file: any LogFile, _ files: PoweredFiles) { (self.file, self.files) = (file, files) }

  func write(_ bytes: RawSpan, at offset: Int) throws(LogError) {
    let copy = bytes.withUnsafeBytes { Array($0) }
    try files.run { [file] _ throws(LogError) in try file.write(copy.span.bytes, at: offset) }
  }
  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8] {
    try files.run { [file] _ throws(LogError) in try file.read(count, at: offset) }
  }
  func truncate(to size: Int) throws(LogError) {
    try files.run { [file] _ throws(LogError) in try file.truncate(to: size) }
  }
  func sync() throws(LogError) { try files.run { [file] _ throws(LogError) in try file.sync() } }
}
