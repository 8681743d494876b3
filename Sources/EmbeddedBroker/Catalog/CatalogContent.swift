/// A topic as the catalog knows it.
struct Topic: Equatable, Sendable {
  var name: String
  var id: TopicID
  var partitions: Int32
  var configuration = TopicConfiguration.none

  /// Kafka's rules for names.
  static func isValid(_ name: String) -> Bool {
    guard (1...249).contains(name.utf8.count), name != ".", name != ".." else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

/// The catalog's file: text by lines, so that a person can read it.
///
///     bongsu catalog 1
///     topic orders 0123456789abcdef0123456789abcdef 3
///     set retention.ms 60000
///     deleting old fedcba9876543210fedcba9876543210 1
struct CatalogContent: Equatable {
  private static let title = "bongsu catalog 1"

  var topics: [String: Topic] = [:]
  /// Topics that are deleted, and whose directories may still lie where they were.
  var deleting: [Topic] = []

  var text: String {
    var lines = [Self.title]
    for topic in topics.values.sorted(by: { $0.name < $1.name }) {
      lines.append("topic \(topic.name) \(topic.id.text) \(topic.partitions)")
      for (name, value) in topic.configuration.values.sorted(by: { $0.key < $1.key }) {
        lines.append("set \(name) \(value)")
      }
    }
    for topic in deleting { lines.append("deleting \(topic.name) \(topic.id.text) \(topic.partitions)") }
    return lines.map { $0 + "\n" }.joined()
  }

  init() {}

  /// - Returns: nil for what no version of the broker wrote.
  init?(text: String) {
    var lines = text.split(separator: "\n")[...]
    guard lines.popFirst() == Self.title[...] else { return nil }
    var last: String?
    var settings: [String: [String: String]] = [:]
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 3)
      if words.count == 3, words[0] == "set", let last {
        settings[last, default: [:]][String(words[1])] = String(words[2])
        continue
      }
      guard let topic = Self.topic(words) else { return nil }
      switch words[0] {
      case "topic":
        topics[topic.name] = topic
        last = topic.name
      case "deleting": deleting.append(topic)
      default: return nil
      }
    }
    for (name, values) in settings {
      guard let configuration = try? TopicConfiguration(values) else { return nil }
      topics[name]?.configuration = configuration
    }
  }

  private static func topic(_ words: [Substring]) -> Topic? {
    guard words.count == 4, Topic.isValid(String(words[1])), let id = TopicID(text: words[2]),
      let partitions = Int32(words[3]), partitions > 0
    else { return nil }
    return Topic(name: String(words[1]), id: id, partitions: partitions)
  }
}
