import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite struct ProduceFetchTests {
  @Test(arguments: BrokerSync.allCases)
  func `what was acknowledged is there, and there after a restart`(sync: BrokerSync) throws {
    let broker = try TestBroker { $0.sync = sync }
    try broker.makeTopic("t")
    let client = try broker.connect()
    #expect(try client.produce("t", TestBatch("a", "b")).baseOffset == 0)
    #expect(try client.produce("t", TestBatch("c")).baseOffset == 2)
    let before = try client.fetch("t")
    #expect(before.highWatermark == 3)
    try broker.restart()
    let after = try broker.connect().fetch("t")
    #expect(after.records == before.records && after.highWatermark == 3)
    #expect(try broker.connect().produce("t", TestBatch("d")).baseOffset == 3)
  }

  @Test func `a repeated batch of a producer is answered with its offset, also after a restart`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    let id = try client.ask(InitProducerIDAPI.self, .init()).producerID
    _ = try client.produce("t", TestBatch("a").from(id, sequence: 0))
    #expect(try client.produce("t", TestBatch("b", "c").from(id, sequence: 1)).baseOffset == 1)
    #expect(try client.produce("t", TestBatch("b", "c").from(id, sequence: 1)).baseOffset == 1)
    try broker.restart()
    let again = try broker.connect()
    let repeated = try again.produce("t", TestBatch("b", "c").from(id, sequence: 1))
    #expect(repeated.baseOffset == 1 && repeated.error == .none)
    #expect(try again.produce("t", TestBatch("e").from(id, sequence: 9)).error == .outOfOrderSequence)
    #expect(try again.fetch("t").highWatermark == 3)
    #expect(try again.ask(InitProducerIDAPI.self, .init()).producerID > id)
  }

  @Test func `a fetch that waits is answered by the next record`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let reader = try broker.connect()
    try reader.send(reader.frame(FetchAPI.self, WireClient.fetch("t", wait: 60_000), version: 12))
    let result = try broker.connect().produce("t", TestBatch("now"))
    #expect(result.error == .none)
    let answer = try reader.answer(FetchAPI.self, version: 12).1
    #expect(answer.topics[0].partitions[0].records?.isEmpty == false)
  }

  @Test func `a fetch waits for as many bytes as it asks for`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let (reader, writer) = (try broker.connect(), try broker.connect())
    let batch = TestBatch("0123456789")
    let bytesMin = Int32(batch.bytes.count * 3)
    try reader.send(
      reader.frame(FetchAPI.self, WireClient.fetch("t", bytesMin: bytesMin, wait: 60_000), version: 12))
    for _ in 0..<3 { _ = try writer.produce("t", batch) }
    let answer = try reader.answer(FetchAPI.self, version: 12).1
    #expect(answer.topics[0].partitions[0].records?.count == Int(bytesMin))
  }

  @Test func `a fetch whose time is up is answered with nothing`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let answer = try broker.connect().ask(FetchAPI.self, WireClient.fetch("t", wait: 20), version: 12)
    #expect(answer.topics[0].partitions[0].records == [] && answer.topics[0].partitions[0].error == .none)
  }

  @Test func `produce requests that follow one another are answered in their order`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    var frames: [UInt8] = []
    for number in 0..<20 {
      frames += try client.frame(ProduceAPI.self, WireClient.produce("t", TestBatch("\(number)").bytes), version: 9)
    }
    try client.send(frames)
    for number in 0..<20 as Range<Int64> {
      let answer = try client.answer(ProduceAPI.self, version: 9)
      #expect(answer.1.topics[0].partitions[0].baseOffset == number)
      #expect(answer.correlation == Int32(number) + 1)
    }
  }

  @Test func `requests behind a waiting fetch wait their turn`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    let fetch = try client.frame(FetchAPI.self, WireClient.fetch("t", wait: 30), version: 12)
    let offsets = ListOffsetsAPI.Request(
      topics: [.init(name: "t", partitions: [.init(timestamp: ListOffsetsAPI.Partition.latest)])])
    let lists = try (0..<2).flatMap { _ in try client.frame(ListOffsetsAPI.self, offsets) }
    try client.send(fetch + lists)
    #expect(try client.answer(FetchAPI.self, version: 12).correlation == 1)
    #expect(try client.answer(ListOffsetsAPI.self).correlation == 2)
    #expect(try client.answer(ListOffsetsAPI.self).correlation == 3)
  }

  @Test func `without acknowledgement there is no answer, and the record is there`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    let request = WireClient.produce("t", TestBatch("a").bytes, acknowledgements: 0)
    try client.send(client.frame(ProduceAPI.self, request, version: 9))
    // The next answer on this connection is that of the next request.
    _ = try client.ask(APIVersionsAPI.self, .init())
    try eventually("the record is shown") { try client.fetch("t").highWatermark == 1 }
  }

  @Test func `what cannot be taken is refused by Kafka's error, and the connection goes on`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t", settings: ["max.message.bytes": "200"])
    let client = try broker.connect()
    var damaged = TestBatch("a").bytes
    damaged[damaged.count - 1] ^= 1
    let results = [
      try client.produce("missing", TestBatch("a")).error,
      try client.produce("t", TestBatch(String(repeating: "x", count: 300))).error,
      try client.ask(ProduceAPI.self, WireClient.produce("t", damaged), version: 9).topics[0].partitions[0].error,
      try client.ask(ProduceAPI.self, WireClient.produce("t", []), version: 9).topics[0].partitions[0].error,
      try client.ask(ProduceAPI.self, WireClient.produce("t", TestBatch("a").bytes, acknowledgements: 2), version: 9)
        .topics[0].partitions[0].error,
      try client.fetch("t", from: 7).error,
      try client.fetch("missing").error,
    ]
    let expected: [ErrorCode] = [
      .unknownTopicOrPartition, .messageTooLarge, .corruptMessage, .invalidRecord, .invalidRequiredAcknowledgements,
      .offsetOutOfRange, .unknownTopicOrPartition,
    ]
    #expect(results == expected)
    #expect(try client.produce("t", TestBatch("a")).baseOffset == 0)
  }

  @Test func `an answer has one batch at least and stays within its limit after that`() throws {
    let broker = try TestBroker()
    try broker.makeTopic("t")
    let client = try broker.connect()
    let batch = TestBatch(String(repeating: "x", count: 1_000))
    for _ in 0..<5 { _ = try client.produce("t", batch) }
    #expect(try client.fetch("t", bytesMax: 10).records?.count == batch.bytes.count)
    #expect(try client.fetch("t", bytesMax: Int32(batch.bytes.count * 3 + 5)).records?.count == batch.bytes.count * 3)
  }
}
