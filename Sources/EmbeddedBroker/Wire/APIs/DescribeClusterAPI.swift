/// DescribeCluster: the cluster's id and its one broker.
enum DescribeClusterAPI: WireAPI {
  static let key = APIKey.describeCluster
  static let versions: ClosedRange<Int16> = 0...2
  static let firstFlexible: Int16 = 0

  struct Request: WireMessage {
    static let brokers: Int8 = 1

    var includesOperations = false
    var endpointType = brokers
    var includesFenced = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.bool(&includesOperations)
      if wire.version >= 1 { try wire.integer(&endpointType) }
      if wire.version >= 2 { try wire.bool(&includesFenced) }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var error = ErrorCode.none
    var message: String?
    var endpointType = Request.brokers
    var clusterID = ""
    var controllerID: Int32 = -1
    var brokers: [Broker] = []
    var operations = unknownOperations

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      try wire.error(&error)
      try wire.nullableString(&message)
      if wire.version >= 1 { try wire.integer(&endpointType) }
      try wire.string(&clusterID)
      try wire.integer(&controllerID)
      try wire.array(&brokers)
      try wire.integer(&operations)
      try wire.tags()
    }
  }

  struct Broker: WireMessage {
    var id: Int32 = 0
    var host = ""
    var port: Int32 = 0
    var rack: String?
    var isFenced = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&id)
      try wire.string(&host)
      try wire.integer(&port)
      try wire.nullableString(&rack)
      if wire.version >= 2 { try wire.bool(&isFenced) }
      try wire.tags()
    }
  }
}
