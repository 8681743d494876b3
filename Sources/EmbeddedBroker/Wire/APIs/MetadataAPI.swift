/// Metadata: the broker, and the topics with their partitions.
enum MetadataAPI: WireAPI {
  static let key = APIKey.metadata
  static let versions: ClosedRange<Int16> = 0...13
  static let firstFlexible: Int16 = 9

  struct Request: WireMessage {
    /// Nil asks for all topics; so does an empty list in version 0.
    var topics: [TopicName]?
    var mayCreate = true
    var includesClusterOperations = false
    var includesTopicOperations = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.nullableArray(&topics)
      if wire.version >= 4 { try wire.bool(&mayCreate) }
      if (8...10).contains(wire.version) { try wire.bool(&includesClusterOperations) }
      if wire.version >= 8 { try wire.bool(&includesTopicOperations) }
      try wire.tags()
    }
  }

  struct TopicName: WireMessage {
    var id = TopicID.none
    var name: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 10 { try wire.uuid(&id) }
      try wire.nullableString(&name)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var brokers: [Broker] = []
    var clusterID: String?
    var controllerID: Int32 = -1
    var topics: [Topic] = []
    var clusterOperations = unknownOperations
    var error = ErrorCode.none

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 { try wire.integer(&throttleMilliseconds) }
      try wire.array(&brokers)
      if wire.version >= 2 { try wire.nullableString(&clusterID) }
      if wire.version >= 1 { try wire.integer(&controllerID) }
      try wire.array(&topics)
      if (8...10).contains(wire.version) { try wire.integer(&clusterOperations) }
      if wire.version >= 13 { try wire.error(&error) }
      try wire.tags()
    }
  }

  struct Broker: WireMessage {
    var id: Int32 = 0
    var host = ""
    var port: Int32 = 0
    var rack: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&id)
      try wire.string(&host)
      try wire.integer(&port)
      if wire.version >= 1 { try wire.nullableString(&rack) }
      try wire.tags()
    }
  }

  struct Topic: WireMessage {
    var error = ErrorCode.none
    var name: String?
    var id = TopicID.none
    var isInternal = false
    var partitions: [Partition] = []
    var operations = unknownOperations

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      if wire.version < 12 { name = name ?? "" }
      try wire.nullableString(&name)
      if wire.version >= 10 { try wire.uuid(&id) }
      if wire.version >= 1 { try wire.bool(&isInternal) }
      try wire.array(&partitions)
      if wire.version >= 8 { try wire.integer(&operations) }
      try wire.tags()
    }
  }

  struct Partition: WireMessage {
    var error = ErrorCode.none
    var index: Int32 = 0
    var leader: Int32 = 0
    var leaderEpoch: Int32 = -1
    var replicas: [Int32] = []
    var inSyncReplicas: [Int32] = []
    var offlineReplicas: [Int32] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      try wire.integer(&index)
      try wire.integer(&leader)
      if wire.version >= 7 { try wire.integer(&leaderEpoch) }
      try wire.integers(&replicas)
      try wire.integers(&inSyncReplicas)
      if wire.version >= 5 { try wire.integers(&offlineReplicas) }
      try wire.tags()
    }
  }
}

/// "Not asked, or not known": who may do what is not kept here.
let unknownOperations = Int32.min
