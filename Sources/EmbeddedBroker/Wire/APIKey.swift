/// The numbers of the APIs that are spoken here.
enum APIKey: Int16, CaseIterable, Sendable {
  case produce = 0
  case fetch = 1
  case listOffsets = 2
  case metadata = 3
  case offsetCommit = 8
  case offsetFetch = 9
  case findCoordinator = 10
  case joinGroup = 11
  case heartbeat = 12
  case leaveGroup = 13
  case syncGroup = 14
  case describeGroups = 15
  case listGroups = 16
  case apiVersions = 18
  case createTopics = 19
  case deleteTopics = 20
  case deleteRecords = 21
  case initProducerID = 22
  case offsetForLeaderEpoch = 23
  case describeConfigs = 32
  case alterConfigs = 33
  case createPartitions = 37
  case deleteGroups = 42
  case incrementalAlterConfigs = 44
  case describeCluster = 60

  /// The API's messages and versions.
  var api: any WireAPI.Type {
    switch self {
    case .produce: ProduceAPI.self
    case .fetch: FetchAPI.self
    case .listOffsets: ListOffsetsAPI.self
    case .metadata: MetadataAPI.self
    case .offsetCommit: OffsetCommitAPI.self
    case .offsetFetch: OffsetFetchAPI.self
    case .findCoordinator: FindCoordinatorAPI.self
    case .joinGroup: JoinGroupAPI.self
    case .heartbeat: HeartbeatAPI.self
    case .leaveGroup: LeaveGroupAPI.self
    case .syncGroup: SyncGroupAPI.self
    case .describeGroups: DescribeGroupsAPI.self
    case .listGroups: ListGroupsAPI.self
    case .apiVersions: APIVersionsAPI.self
    case .createTopics: CreateTopicsAPI.self
    case .deleteTopics: DeleteTopicsAPI.self
    case .deleteRecords: DeleteRecordsAPI.self
    case .initProducerID: InitProducerIDAPI.self
    case .offsetForLeaderEpoch: OffsetForLeaderEpochAPI.self
    case .describeConfigs: DescribeConfigsAPI.self
    case .alterConfigs: AlterConfigsAPI.self
    case .createPartitions: CreatePartitionsAPI.self
    case .deleteGroups: DeleteGroupsAPI.self
    case .incrementalAlterConfigs: IncrementalAlterConfigsAPI.self
    case .describeCluster: DescribeClusterAPI.self
    }
  }
}
