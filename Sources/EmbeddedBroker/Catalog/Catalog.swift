/// The broker's topics, and the directories that hold them. What a call has changed is durable when it returns.
///
///     DIRECTORY/catalog            the topics
///     DIRECTORY/topics/orders-0    a partition
///     DIRECTORY/deleted/ID-0       one that is about to be removed
///     DIRECTORY/orphans/orders-0…  what was found where a new topic belongs, and no catalog knows
final class Catalog {
  static let mostPartitions: Int32 = 10_000

  let directory: String
  private let files: any FileLayer
  private var content = CatalogContent()
  private(set) var names: [TopicID: String] = [:]

  private var file: String { "\(directory)/catalog" }
  private var topicDirectory: String { "\(directory)/topics" }
  private var deletedDirectory: String { "\(directory)/deleted" }

  /// - Throws: `corrupt` when there are topics and no catalog that tells of them.
  init(directory: String, files: any FileLayer) throws(LogError) {
    self.directory = directory
    self.files = files
    for folder in [topicDirectory, deletedDirectory] { try files.makeDirectory(folder) }
    try files.syncDirectory(directory)
    if let bytes = try AtomicFile.content(file, files: files) {
      guard let content = CatalogContent(text: String(decoding: bytes, as: UTF8.self)) else {
        throw LogError(.corrupt, "the catalog is of another version; start the broker that wrote it")
      }
      self.content = content
    } else {
      guard try files.list(topicDirectory).isEmpty else {
        throw LogError(.corrupt, "there are topics and no catalog; restore the file, or start in an empty directory")
      }
      // There is a catalog before there is the first topic's directory.
      try save()
    }
    for topic in content.topics.values { names[topic.id] = topic.name }
    // What cannot be moved now is moved before its name is used again.
    try? finishDeletions()
  }

  var topics: [Topic] { content.topics.values.sorted { $0.name < $1.name } }

  subscript(name: String) -> Topic? { content.topics[name] }

  subscript(id: TopicID) -> Topic? { names[id].flatMap { content.topics[$0] } }

  func partitionDirectory(_ topic: String, _ partition: Int32) -> String { "\(topicDirectory)/\(topic)-\(partition)" }

  /// Refuses what `create` would refuse.
  func check(_ topic: Topic) throws(PartitionError) {
    guard Topic.isValid(topic.name) else {
      throw PartitionError(.invalidTopic, "a topic's name has 1 to 249 letters, digits, dots, dashes or underscores")
    }
    guard content.topics[topic.name] == nil else {
      throw PartitionError(.topicAlreadyExists, "the topic \(topic.name) exists")
    }
    try check(topic.partitions)
  }

  private func check(_ partitions: Int32) throws(PartitionError) {
    guard (1...Self.mostPartitions).contains(partitions) else {
      throw PartitionError(.invalidPartitions, "a topic has 1 to \(Self.mostPartitions) partitions")
    }
  }

  /// - Parameter topic: with an id of its own, by the caller's randomness.
  func create(_ topic: Topic) throws(PartitionError) {
    try check(topic)
    try change { () throws(LogError) in
      try finishDeletions()
      try makeDirectories(topic, 0..<topic.partitions)
      content.topics[topic.name] = topic
    }
    names[topic.id] = topic.name
  }

  /// Adds partitions, up to `count`.
  func grow(_ name: String, to count: Int32) throws(PartitionError) {
    let topic = try known(name)
    guard count > topic.partitions else {
      throw PartitionError(.invalidPartitions, "the topic has \(topic.partitions) partitions, which cannot get fewer")
    }
    try check(count)
    try change { () throws(LogError) in
      try makeDirectories(topic, topic.partitions..<count)
      content.topics[name]?.partitions = count
    }
  }

  func configure(_ name: String, _ configuration: TopicConfiguration) throws(PartitionError) {
    _ = try known(name)
    try change { () throws(LogError) in content.topics[name]?.configuration = configuration }
  }

  /// Takes a topic out. Its logs must be closed; its directories are moved away, and removed by `DeletedTopics`.
  func delete(_ name: String) throws(PartitionError) {
    let topic = try known(name)
    try change { () throws(LogError) in
      content.topics[name] = nil
      content.deleting.append(topic)
    }
    names[topic.id] = nil
    try? finishDeletions()
  }

  private func known(_ name: String) throws(PartitionError) -> Topic {
    if let topic = content.topics[name] { return topic }
    throw PartitionError(.unknownTopicOrPartition, "there is no topic \(name)")
  }

  /// Makes a change and writes it down; nothing has changed when that fails.
  private func change(_ body: () throws(LogError) -> Void) throws(PartitionError) {
    let before = content
    do {
      try body()
      try save()
    } catch {
      content = before
      throw PartitionError(error)
    }
  }

  /// Moves the directories of deleted topics away. A name is used again only after that.
  private func finishDeletions() throws(LogError) {
    guard !content.deleting.isEmpty else { return }
    let there = Set(try files.list(topicDirectory))
    for topic in content.deleting {
      for partition in 0..<topic.partitions where there.contains("\(topic.name)-\(partition)") {
        let target = "\(deletedDirectory)/\(topic.id.text)-\(partition)"
        try files.rename(partitionDirectory(topic.name, partition), to: target)
      }
    }
    try files.syncDirectory(topicDirectory)
    try files.syncDirectory(deletedDirectory)
    content.deleting = []
  }

  private func makeDirectories(_ topic: Topic, _ partitions: Range<Int32>) throws(LogError) {
    let there = Set(try files.list(topicDirectory))
    for partition in partitions {
      let path = partitionDirectory(topic.name, partition)
      if there.contains("\(topic.name)-\(partition)"), try !files.list(path).isEmpty {
        // Nothing is destroyed that nobody asked to delete, and no topic begins with another's records.
        try files.makeDirectory("\(directory)/orphans")
        try files.rename(path, to: "\(directory)/orphans/\(topic.name)-\(partition).\(topic.id.text)")
      }
      try files.makeDirectory(path)
    }
    try files.syncDirectory(topicDirectory)
  }

  private func save() throws(LogError) {
    try AtomicFile.replace(file, with: Array(content.text.utf8), files: files)
  }
}
