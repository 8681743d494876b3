/// An offset commit that is written and not durable yet.
struct PendingCommit {
  let exchange: Exchange
  var response: OffsetCommitAPI.Response
  /// It is durable once so many are.
  let commit: UInt64
}

extension BrokerCore {
  static let metadataBytesMax = 4_096

  func offsetCommit(_ request: OffsetCommitAPI.Request, _ exchange: Exchange) {
    var response = OffsetCommitAPI.Response()
    let claim = MemberClaim(
      group: request.group, member: request.member, instance: request.instance, generation: request.generation)
    let refusal = groups.commit(claim, now: loop.now)
    var places: [TopicPartition: CommittedOffset] = [:]
    for topic in request.topics {
      let name = name(of: topic.topic)
      let results = topic.partitions.map { part in
        let error = refusal == .none ? check(part, name) : refusal
        if error == .none, case .success(let name) = name {
          places[TopicPartition(topic: name, partition: part.index)] = CommittedOffset(
            offset: part.offset, leaderEpoch: part.leaderEpoch, metadata: part.metadata ?? "",
            committed: WallClock.now)
        }
        return OffsetCommitAPI.PartitionResult(index: part.index, error: error)
      }
      response.topics.append(.init(topic: topic.topic, partitions: results))
    }
    do throws(PartitionError) {
      try commit(places, request.group, exchange, response)
    } catch {
      exchange.reply(OffsetCommitAPI.self, response.replacingSuccess(by: error.code))
    }
  }

  private func check(_ part: OffsetCommitAPI.Partition, _ topic: Result<String, PartitionError>) -> ErrorCode {
    switch topic {
    case .failure(let error): return error.code
    case .success(let name):
      guard partition(name, part.index) != nil else { return .unknownTopicOrPartition }
      let isLarge = (part.metadata?.utf8.count ?? 0) > Self.metadataBytesMax
      return isLarge ? .offsetMetadataTooLarge : .none
    }
  }

  private func commit(
    _ places: [TopicPartition: CommittedOffset], _ group: String, _ exchange: Exchange,
    _ response: OffsetCommitAPI.Response
  ) throws(PartitionError) {
    guard !places.isEmpty else { return exchange.reply(OffsetCommitAPI.self, response) }
    try offsets.commit(places, group: group)
    syncs.wrote(offsets)
    guard settings.sync == .always else { return exchange.reply(OffsetCommitAPI.self, response) }
    commits.append(PendingCommit(exchange: exchange, response: response, commit: offsets.commits))
  }

  /// Answers the commits that are durable now, or cannot become so.
  func settleCommits() {
    let hasFailed = offsets.failure != nil
    let settled = commits.prefix { hasFailed || $0.commit <= offsets.durableCommits }
    commits.removeFirst(settled.count)
    for pending in settled {
      let isDurable = pending.commit <= offsets.durableCommits
      let response = isDurable ? pending.response : pending.response.replacingSuccess(by: .storageError)
      pending.exchange.reply(OffsetCommitAPI.self, response)
    }
  }

  func offsetFetch(_ request: OffsetFetchAPI.Request, _ exchange: Exchange) {
    let groups = request.groups.map { committed($0, byID: exchange.header.version >= 10) }
    exchange.reply(OffsetFetchAPI.self, OffsetFetchAPI.Response(groups: groups))
  }

  private func committed(_ group: OffsetFetchAPI.Group, byID: Bool) -> OffsetFetchAPI.GroupResult {
    let offsets = offsets.offsets[group.name] ?? [:]
    let topics = group.topics ?? allTopics(offsets, byID: byID)
    let results = topics.map { topic -> OffsetFetchAPI.TopicResult in
      let name = byID ? name(of: topic.topic) : .success(topic.topic.name)
      let parts = topic.partitions.map { index -> OffsetFetchAPI.PartitionResult in
        switch name {
        case .failure(let error): return .init(index: index, metadata: "", error: error.code)
        case .success(let name):
          guard let place = offsets[TopicPartition(topic: name, partition: index)] else {
            return .init(index: index, metadata: "")
          }
          return .init(index: index, offset: place.offset, leaderEpoch: place.leaderEpoch, metadata: place.metadata)
        }
      }
      return OffsetFetchAPI.TopicResult(topic: topic.topic, partitions: parts)
    }
    return OffsetFetchAPI.GroupResult(name: group.name, topics: results)
  }

  private func allTopics(_ offsets: [TopicPartition: CommittedOffset], byID: Bool) -> [OffsetFetchAPI.Topic] {
    let byTopic = Dictionary(grouping: offsets.keys, by: \.topic).sorted { $0.key < $1.key }
    return byTopic.compactMap { name, places in
      let id = catalog[name]?.id ?? .none
      guard !byID || id != .none else { return nil }
      let reference = TopicReference(name: name, id: byID ? id : .none)
      return OffsetFetchAPI.Topic(topic: reference, partitions: places.map(\.partition).sorted())
    }
  }
}

extension OffsetCommitAPI.Response {
  fileprivate func replacingSuccess(by error: ErrorCode) -> Self {
    var response = self
    for topic in response.topics.indices {
      for place in response.topics[topic].partitions.indices
      where response.topics[topic].partitions[place].error == .none {
        response.topics[topic].partitions[place].error = error
      }
    }
    return response
  }
}
