import Kafka

/// The record sizes that a source's topics take, in bytes.
struct TopicLimits: Equatable {
  var smallest: Int
  var largest: Int

  /// Kafka's default for `max.message.bytes`.
  static let kafkaDefault = TopicLimits(smallest: 1_048_588, largest: 1_048_588)

  /// librdkafka's own default for `batch.size`.
  private static let batchDefault = 1_000_000

  init(smallest: Int, largest: Int) {
    self.smallest = smallest
    self.largest = largest
  }

  init?(_ limits: [Int]) {
    guard let smallest = limits.min(), let largest = limits.max() else { return nil }
    self.init(smallest: smallest, largest: largest)
  }

  /// A batch over a topic's limit is refused as a whole, innocent rows and all: so batches stay below the smallest. A
  /// row over the largest limit is refused here, before it travels.
  var properties: [String: String] {
    let batch = min(Self.batchDefault, max(smallest - 1_024, 512))
    return ["batch.size": String(batch), "message.max.bytes": String(min(max(largest, 1_000), 1_000_000_000))]
  }

  /// Asks Kafka. A user who may not see the settings gets Kafka's default, and a refused batch then sets things right
  /// row by row.
  static func read(topics: [String], from settings: KafkaSettings) throws(KafkaError) -> TopicLimits {
    let admin = try Admin(settings)
    defer { admin.close() }
    let limits = try admin.explained { (admin) throws(KafkaError) in
      var limits: [Int] = []
      for topic in topics { limits += try limit(of: topic, admin) }
      return limits
    }
    return TopicLimits(limits) ?? kafkaDefault
  }

  private static func limit(of topic: String, _ admin: Admin) throws(KafkaError) -> [Int] {
    do {
      let entries = try admin.configuration(of: .topic(topic))
      return entries.filter { $0.name == "max.message.bytes" }.compactMap { $0.value.flatMap { Int($0) } }
    } catch {
      guard error.code == .topicAuthorizationFailed || error.code == .clusterAuthorizationFailed else { throw error }
      return []
    }
  }
}
