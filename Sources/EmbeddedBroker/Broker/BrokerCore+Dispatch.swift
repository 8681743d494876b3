/// A request that gets no answer: its connection is closed, as Kafka does.
struct RefusedRequest: Error, CustomStringConvertible {
  let description: String
}

extension BrokerCore {
  /// Reads a request and begins to handle it.
  /// - Parameter begin: gives the request its place among its connection's answers.
  /// - Throws: for what is no request that is known here; the connection is to be closed.
  func handle(_ frame: [UInt8], begin: (RequestHeader) -> Exchange) throws {
    var reader = WireReader(frame.raw)
    let header = try RequestHeader(&reader)
    guard let key = APIKey(rawValue: header.key) else {
      throw RefusedRequest(description: "API \(header.key), which is not spoken here")
    }
    guard key.api.versions.contains(header.version) else {
      if key == .apiVersions { return apiVersions(begin(header)) }
      throw RefusedRequest(description: "version \(header.version) of \(key), which is not spoken here")
    }
    try dispatch(key, &reader) { begin(header) }
  }

  private func dispatch(_ key: APIKey, _ reader: inout WireReader, _ begin: () -> Exchange) throws(WireError) {
    switch key {
    case .produce: produce(try ProduceAPI.decode(&reader), begin())
    case .fetch: fetch(try FetchAPI.decode(&reader), begin())
    case .listOffsets: listOffsets(try ListOffsetsAPI.decode(&reader), begin())
    case .metadata: metadata(try MetadataAPI.decode(&reader), begin())
    case .offsetCommit: offsetCommit(try OffsetCommitAPI.decode(&reader), begin())
    case .offsetFetch: offsetFetch(try OffsetFetchAPI.decode(&reader), begin())
    case .findCoordinator: findCoordinator(try FindCoordinatorAPI.decode(&reader), begin())
    case .joinGroup: joinGroup(try JoinGroupAPI.decode(&reader), begin())
    case .heartbeat: heartbeat(try HeartbeatAPI.decode(&reader), begin())
    case .leaveGroup: leaveGroup(try LeaveGroupAPI.decode(&reader), begin())
    case .syncGroup: syncGroup(try SyncGroupAPI.decode(&reader), begin())
    case .describeGroups: describeGroups(try DescribeGroupsAPI.decode(&reader), begin())
    case .listGroups: listGroups(try ListGroupsAPI.decode(&reader), begin())
    case .apiVersions:
      _ = try APIVersionsAPI.decode(&reader)
      apiVersions(begin())
    case .createTopics: createTopics(try CreateTopicsAPI.decode(&reader), begin())
    case .deleteTopics: deleteTopics(try DeleteTopicsAPI.decode(&reader), begin())
    case .deleteRecords: deleteRecords(try DeleteRecordsAPI.decode(&reader), begin())
    case .initProducerID: initProducerID(try InitProducerIDAPI.decode(&reader), begin())
    case .offsetForLeaderEpoch: offsetForLeaderEpoch(try OffsetForLeaderEpochAPI.decode(&reader), begin())
    case .describeConfigs: describeConfigs(try DescribeConfigsAPI.decode(&reader), begin())
    case .alterConfigs: alterConfigs(try AlterConfigsAPI.decode(&reader), begin())
    case .createPartitions: createPartitions(try CreatePartitionsAPI.decode(&reader), begin())
    case .deleteGroups: deleteGroups(try DeleteGroupsAPI.decode(&reader), begin())
    case .incrementalAlterConfigs: incrementalAlterConfigs(try IncrementalAlterConfigsAPI.decode(&reader), begin())
    case .describeCluster: describeCluster(try DescribeClusterAPI.decode(&reader), begin())
    }
  }
}
