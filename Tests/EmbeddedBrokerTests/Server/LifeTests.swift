import LocalServers
import Synchronization
import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite struct LifeTests {
  @Test func `a data directory has one broker`() throws {
    let broker = try TestBroker()
    var settings = BrokerSettings(dataDirectory: broker.directory.file("data"))
    settings.port = 0
    let error = #expect(throws: BrokerError.self) { try BrokerServer(settings).start() }
    #expect(error?.description.contains("another broker") == true)
  }

  @Test func `an address that is taken is said to be`() throws {
    let broker = try TestBroker()
    let directory = try TemporaryDirectory(prefix: "bongsu-broker")
    var settings = BrokerSettings(dataDirectory: directory.file("data"))
    settings.port = broker.port
    let error = #expect(throws: BrokerError.self) { try BrokerServer(settings).start() }
    #expect(error?.description.contains("choose another address") == true)
  }

  @Test func `settings that contradict one another are refused`() throws {
    var settings = BrokerSettings(dataDirectory: "/nowhere")
    settings.host = "0.0.0.0"
    #expect(throws: BrokerError.self) { try settings.check() }
    settings.advertisedHost = "localhost"
    settings.memoryBytesMax = 1
    #expect(throws: BrokerError.self) { try settings.check() }
  }

  @Test func `a stop answers the fetch that waits`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    try client.send(client.frame(FetchAPI.self, WireClient.fetch("t", wait: 60_000), version: 12))
    // The request is taken once the broker counts its connection's successor.
    _ = try broker.connect().ask(APIVersionsAPI.self, .init())
    broker.server.stop()
    #expect(try client.answer(FetchAPI.self, version: 12).1.topics.count == 1)
    #expect(client.isEnded())
  }

  @Test func `topics, settings and committed offsets survive a restart`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t", partitions: 2, settings: ["retention.ms": "5000"])
    let client = try broker.connect()
    _ = try client.ask(CreatePartitionsAPI.self, .init(topics: [.init(name: "t", count: 3)]))
    let place = OffsetCommitAPI.Partition(index: 1, offset: 0, metadata: "m")
    let commit = OffsetCommitAPI.Request(group: "g", topics: [.init(topic: .init(name: "t"), partitions: [place])])
    #expect(try client.ask(OffsetCommitAPI.self, commit, version: 9).topics[0].partitions[0].error == .none)
    let before = try client.ask(MetadataAPI.self, .init())
    try broker.restart()
    let again = try broker.connect()
    let after = try again.ask(MetadataAPI.self, .init())
    #expect(after.topics[0].partitions.count == 3 && after.topics[0].id == before.topics[0].id)
    #expect(after.clusterID == before.clusterID)
    let fetch = OffsetFetchAPI.Request(groups: [.init(name: "g")])
    let committed = try again.ask(OffsetFetchAPI.self, fetch, version: 9).groups[0].topics[0]
    #expect(committed.topic.name == "t" && committed.partitions.map(\.offset) == [0])
    #expect(committed.partitions.map(\.metadata) == ["m"])
    let asked = DescribeConfigsAPI.Resource(kind: ResourceKind.topic, name: "t", keys: ["retention.ms"])
    let settings = try again.ask(DescribeConfigsAPI.self, .init(resources: [asked])).results[0].settings
    #expect(settings.map(\.value) == ["5000"])
  }

  @Test func `a full disk is Kafka's storage error, keeps what was acknowledged, and is over when there is room`()
    throws
  {
    let files = FullDisk()
    let broker = try TestBroker(files: files)
    try broker.makeTopic("t")
    let client = try broker.connect()
    #expect(try client.produce("t", TestBatch("a")).error == .none)
    files.isFull.store(true, ordering: .sequentiallyConsistent)
    #expect(try client.produce("t", TestBatch("b")).error == .storageError)
    #expect(try client.fetch("t").highWatermark == 1)
    files.isFull.store(false, ordering: .sequentiallyConsistent)
    #expect(try client.produce("t", TestBatch("c")).baseOffset == 1)
  }

  @Test func `a sync that fails is a storage error, and the broker tries again by itself`() throws {
    let files = FullDisk()
    let broker = try TestBroker(files: files)
    try broker.makeTopic("t")
    let client = try broker.connect()
    #expect(try client.produce("t", TestBatch("a")).error == .none)
    files.failsSyncs.store(true, ordering: .sequentiallyConsistent)
    #expect(try client.produce("t", TestBatch("b")).error == .storageError)
    #expect(try client.produce("t", TestBatch("c")).error == .storageError)
    #expect(try #require(broker.server.snapshot()).failingPartitions == 1)
    files.failsSyncs.store(false, ordering: .sequentiallyConsistent)
    try eventually("the partition takes records again") { try client.produce("t", TestBatch("d")).error == .none }
  }
}

/// The real file system, which can be made to have no room.
final class FullDisk: FileLayer {
  let isFull = Atomic(false)
  let failsSyncs = Atomic(false)
  private let files = PosixFiles()

  func open(_ path: String, create: Bool) throws(LogError) -> any LogFile {
    FullFile(disk: self, file: try files.open(path, create: create))
  }
  func list(_ directory: String) throws(LogError) -> [String] { try files.list(directory) }
  func status(_ path: String) throws(LogError) -> FileStatus { try files.status(path) }
  func makeDirectory(_ path: String) throws(LogError) { try files.makeDirectory(path) }
  func rename(_ path: String, to target: String) throws(LogError) { try files.rename(path, to: target) }
  func remove(_ path: String) throws(LogError) { try files.remove(path) }
  func syncDirectory(_ path: String) throws(LogError) { try files.syncDirectory(path) }
}

private final class FullFile: LogFile {
  private let disk: FullDisk
  private let file: any LogFile

  init(disk: FullDisk, file: any LogFile) {
    self.disk = disk
    self.file = file
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(LogError) {
    if disk.isFull.load(ordering: .sequentiallyConsistent) { throw LogError(.noSpace, "write: on purpose") }
    try file.write(bytes, at: offset)
  }
  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8] { try file.read(count, at: offset) }
  func truncate(to size: Int) throws(LogError) { try file.truncate(to: size) }
  func sync() throws(LogError) {
    if disk.failsSyncs.load(ordering: .sequentiallyConsistent) { throw LogError(.io, "fdatasync: on purpose") }
    try file.sync()
  }
}
