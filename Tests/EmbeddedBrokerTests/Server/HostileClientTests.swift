import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite struct HostileClientTests {
  private static func length(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

  @Test(arguments: [-1, .min, 0, 7, (16 << 20) + 1, .max] as [Int32])
  func `a length that no request has ends its connection alone`(length: Int32) throws {
    let broker = try TestBroker()
    let (bystander, offender) = (try broker.connect(), try broker.connect())
    try offender.send(Self.length(length))
    #expect(offender.isEnded())
    #expect(try bystander.ask(APIVersionsAPI.self, .init()).error == .none)
    #expect(broker.server.snapshot()?.statistics.connectionsOffended == 1)
  }

  @Test func `an API that is not spoken here ends the connection, as with Kafka`() throws {
    let broker = try TestBroker()
    for (key, version) in [(28, 0), (999, 0), (-1, 0), (1, 99), (0, -1)] as [(Int16, Int16)] {
      let client = try broker.connect()
      var header: [UInt8] = []
      header.append(integer: key)
      header.append(integer: version)
      try client.send(Self.length(10) + header + [0, 0, 0, 1, 0xFF, 0xFF])
      #expect(client.isEnded())
    }
  }

  @Test func `ApiVersions in a version to come is answered in version 0 with what is spoken`() throws {
    let client = try TestBroker().connectKeeping()
    try client.client.send(Self.length(12) + [0, 18, 0, 99, 0, 0, 0, 5, 0xFF, 0xFF, 1, 2])
    let answer = try client.client.answer(APIVersionsAPI.self, version: 0)
    #expect(answer.correlation == 5 && answer.1.error == .unsupportedVersion)
    #expect(answer.1.apis.count == APIKey.allCases.count)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `mutated requests end at most their connection`(seed: UInt64) throws {
    let broker = try TestBroker {
      $0.createsTopics = true
      $0.sync = .os
    }
    var random = SeededGenerator(seed: seed)
    let requests = MessageFixture.all.filter(\.isRequest)
    for _ in 0..<300 {
      let fixture = requests.randomElement(using: &random)!
      var body: [UInt8] = []
      body.append(integer: fixture.key.rawValue)
      body.append(integer: fixture.version)
      body += [0, 0, 0, 1, 0xFF, 0xFF] + (fixture.key.api.isFlexible(fixture.version) ? [0] : [])
      var message = fixture.bytes
      for _ in 0..<Int.random(in: 0...3, using: &random) where !message.isEmpty {
        message[Int.random(in: 0..<message.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let client = try broker.connect()
      try client.send(Self.length(Int32(body.count + message.count)) + body + message)
    }
    #expect(try broker.connect().ask(APIVersionsAPI.self, .init()).error == .none)
  }

  @Test func `a request in single bytes is a request`() throws {
    let broker = try TestBroker()
    let client = try broker.connect()
    for byte in try client.frame(MetadataAPI.self, .init()) { try client.send([byte]) }
    #expect(try client.answer(MetadataAPI.self).1.brokers.count == 1)
  }

  @Test func `who does not finish a request, does not read an answer, or says nothing is let go`() throws {
    let broker = try TestBroker {
      $0.stallMilliseconds = 1_000
      $0.idleMilliseconds = 3_000
    }
    let slow = try broker.connect()
    try slow.send(Self.length(100) + [0, 3])
    #expect(slow.isEnded())
    let silent = try broker.connect()
    #expect(silent.isEnded())
    try eventually("nobody is left") { broker.server.snapshot()?.connections == 0 }
  }

  @Test func `answers that nobody reads stay within the memory's bound`() throws {
    let broker = try TestBroker {
      $0.memoryBytesMax = 4 << 20
      $0.requestBytesMax = 2 << 20
      $0.sync = .os
    }
    try broker.makeTopic("t")
    let writer = try broker.connect()
    let batch = TestBatch(String(repeating: "x", count: 500_000))
    for _ in 0..<20 { _ = try writer.produce("t", batch) }
    let greedy = try (0..<10).map { _ in try broker.connect() }
    for client in greedy {
      let frame = try client.frame(FetchAPI.self, WireClient.fetch("t", bytesMax: .max), version: 12)
      try client.send((0..<20).flatMap { _ in frame })
    }
    var most = 0
    for _ in 0..<50 {
      most = max(most, try #require(broker.server.snapshot()).memoryBytes)
      _ = try writer.ask(APIVersionsAPI.self, .init())
    }
    // An answer has one batch in any case, one for each connection.
    #expect(most > 0 && most < (4 << 20) + 10 * batch.bytes.count)
    for client in greedy {
      for _ in 0..<20 {
        let answer = try client.answer(FetchAPI.self, version: 12).1
        #expect((answer.topics[0].partitions[0].records?.count ?? 0) >= batch.bytes.count)
      }
    }
    try eventually("all memory is given back") { broker.server.snapshot()?.memoryBytes == 0 }
  }

  @Test func `large requests wait for room and all come through`() throws {
    let broker = try TestBroker {
      $0.memoryBytesMax = 2 << 20
      $0.requestBytesMax = 2 << 20
    }
    try broker.makeTopic("t")
    let clients = try (0..<8).map { _ in try broker.connect() }
    let batch = TestBatch(String(repeating: "x", count: 900_000)).bytes
    var frames = try clients.map { try $0.frame(ProduceAPI.self, WireClient.produce("t", batch), version: 9)[...] }
    // All of them at the same time, piece by piece.
    while frames.contains(where: { !$0.isEmpty }) {
      for place in frames.indices where !frames[place].isEmpty {
        try clients[place].send(Array(frames[place].prefix(100_000)))
        frames[place] = frames[place].dropFirst(100_000)
      }
    }
    let offsets = try clients.map { try $0.answer(ProduceAPI.self, version: 9).1.topics[0].partitions[0].baseOffset }
    #expect(offsets.sorted() == Array(0..<8))
  }

  @Test func `connections over the limit are refused, and taken again when there is room`() throws {
    let broker = try TestBroker { $0.connectionsMax = 2 }
    var clients = [try broker.connect(), try broker.connect()]
    for client in clients { _ = try client.ask(APIVersionsAPI.self, .init()) }
    #expect(try broker.connect().isEnded())
    clients.removeLast()
    try eventually("there is room again") {
      (try? broker.connect().ask(APIVersionsAPI.self, .init())) != nil
    }
  }
}

extension TestBroker {
  /// A client that keeps its broker.
  fileprivate func connectKeeping() throws -> (broker: TestBroker, client: WireClient) { (self, try connect()) }
}
