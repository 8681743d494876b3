public import NotificationModel

/// A topic as the cluster has it.
public struct FoundTopic: Sendable, Equatable {
  public var name: String
  public var partitions: Int
  /// The smallest number of copies that a partition has.
  public var replication: Int
  /// Settings in force, by Kafka's names.
  public var configuration: [String: String]

  public init(name: String, partitions: Int, replication: Int, configuration: [String: String]) {
    self.name = name
    self.partitions = partitions
    self.replication = replication
    self.configuration = configuration
  }
}

/// One setting that is not as it should be.
public struct SettingChange: Sendable, Equatable {
  public var name: String
  /// nil where the broker did not tell it.
  public var from: String?
  public var to: String
}

/// What is to become of one topic. It never holds a deletion.
public struct TopicStep: Sendable, Equatable {
  public var topic: NotificationTopic
  /// With the prefix of its way.
  public var name: String
  public var isMissing: Bool
  /// The number of partitions that there are, where it is to grow: keys then change their partition.
  public var growsFrom: Int?
  public var settings: [SettingChange]

  var isNothing: Bool { !isMissing && growsFrom == nil && settings.isEmpty }
}

/// What `bongsu topics apply` would do, from what there is and what there should be. Pure.
public struct TopicPlan: Sendable, Equatable {
  public var layout: TopicLayout
  /// One for each topic, in the order of `NotificationTopic.all`.
  public var steps: [TopicStep]
  /// What no change mends, or what is unwise about the layout.
  public var warnings: [String]

  /// - Parameter prefix: what the topics' names begin with.
  public init(
    _ layout: TopicLayout, found: [FoundTopic], topics: [NotificationTopic] = NotificationTopic.all,
    prefix: String = "notification."
  ) {
    self.layout = layout
    let known = Dictionary(found.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    steps = topics.map { Self.step($0, $0.name(prefix: prefix), layout, known[$0.name(prefix: prefix)]) }
    warnings = Self.warnings(layout) + steps.compactMap { known[$0.name] }.flatMap { Self.warnings(layout, $0) }
  }

  public var isNothing: Bool { steps.allSatisfy(\.isNothing) }

  /// Topics whose keys would change their partition.
  public var repartitioned: [String] { steps.filter { $0.growsFrom != nil }.map(\.name) }

  private static func step(
    _ topic: NotificationTopic, _ name: String, _ layout: TopicLayout, _ found: FoundTopic?
  ) -> TopicStep {
    guard let found else {
      return TopicStep(topic: topic, name: name, isMissing: true, growsFrom: nil, settings: [])
    }
    let wanted = layout.configuration(of: topic).sorted { $0.key < $1.key }
    return TopicStep(
      topic: topic, name: name, isMissing: false,
      growsFrom: found.partitions < layout.partitions ? found.partitions : nil,
      settings: wanted.filter { found.configuration[$0.key] != $0.value }
        .map { SettingChange(name: $0.key, from: found.configuration[$0.key], to: $0.value) })
  }

  private static func warnings(_ layout: TopicLayout) -> [String] {
    switch layout.replication {
    case ...1:
      ["one copy of each record: what a broker's disk loses is lost; for anything but a trial use --replication 3"]
    case 2: ["two copies: while one broker is away, acknowledged records are on one disk; use --replication 3"]
    default: []
    }
  }

  private static func warnings(_ layout: TopicLayout, _ found: FoundTopic) -> [String] {
    var warnings: [String] = []
    if found.replication != layout.replication {
      warnings.append(
        "\(found.name) has \(found.replication) copies and not \(layout.replication): "
          + "change them with Kafka's kafka-reassign-partitions")
    }
    if found.partitions > layout.partitions {
      warnings.append(
        "\(found.name) has \(found.partitions) partitions and not \(layout.partitions): "
          + "Kafka cannot take partitions away, so they stay")
    }
    return warnings
  }
}
