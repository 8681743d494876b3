@testable import EmbeddedBroker

extension WireClient {
  static func produce(_ topic: String, _ batches: [UInt8]..., acknowledgements: Int16 = -1) -> ProduceAPI.Request {
    let partitions = batches.enumerated().map { ProduceAPI.Partition(index: Int32($0), records: $1) }
    return ProduceAPI.Request(
      acknowledgements: acknowledgements, timeoutMilliseconds: 1_000,
      topics: [.init(topic: .init(name: topic), partitions: partitions)])
  }

  /// Produces to partition 0 and gives its result.
  func produce(_ topic: String, _ batch: TestBatch) throws -> ProduceAPI.PartitionResult {
    try ask(ProduceAPI.self, Self.produce(topic, batch.bytes), version: 9).topics[0].partitions[0]
  }

  static func fetch(
    _ topic: String, from offset: Int64 = 0, bytesMin: Int32 = 1, wait: Int32 = 0, bytesMax: Int32 = 1 << 20
  ) -> FetchAPI.Request {
    let part = FetchAPI.Partition(index: 0, offset: offset, bytesMax: bytesMax)
    return FetchAPI.Request(
      waitMillisecondsMax: wait, bytesMin: bytesMin, bytesMax: bytesMax,
      topics: [.init(topic: .init(name: topic), partitions: [part])])
  }

  func fetch(_ topic: String, from offset: Int64 = 0, bytesMax: Int32 = 1 << 20) throws -> FetchAPI.PartitionResult {
    try ask(FetchAPI.self, Self.fetch(topic, from: offset, bytesMax: bytesMax), version: 12).topics[0].partitions[0]
  }
}
