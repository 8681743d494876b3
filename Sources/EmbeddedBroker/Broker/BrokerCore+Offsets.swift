extension BrokerCore {
  func listOffsets(_ request: ListOffsetsAPI.Request, _ exchange: Exchange) {
    let topics = request.topics.map { topic in
      ListOffsetsAPI.TopicResult(name: topic.name, partitions: topic.partitions.map { find($0, topic.name) })
    }
    exchange.reply(ListOffsetsAPI.self, ListOffsetsAPI.Response(topics: topics))
  }

  private func find(_ part: ListOffsetsAPI.Partition, _ topic: String) -> ListOffsetsAPI.PartitionResult {
    var result = ListOffsetsAPI.PartitionResult(index: part.index)
    do throws(PartitionError) {
      let log = try log(topic, part.index, part.currentLeaderEpoch)
      switch part.timestamp {
      case ListOffsetsAPI.Partition.latest: result.offset = log.visibleEnd
      case ListOffsetsAPI.Partition.earliest, ListOffsetsAPI.Partition.earliestLocal: result.offset = log.startOffset
      case ListOffsetsAPI.Partition.maxTimestamp:
        let newest = try log.newestRecord()
        (result.offset, result.timestamp) = (newest?.offset ?? -1, newest?.timestamp ?? -1)
      case 0...:
        let found = try log.record(notBefore: part.timestamp)
        (result.offset, result.timestamp) = (found?.offset ?? -1, found?.timestamp ?? -1)
      default: throw PartitionError(.unsupportedVersion, "there is no tiered storage")
      }
      result.leaderEpoch = result.offset < 0 ? -1 : 0
    } catch {
      result.error = error.code
    }
    return result
  }

  func offsetForLeaderEpoch(_ request: OffsetForLeaderEpochAPI.Request, _ exchange: Exchange) {
    let topics = request.topics.map { topic in
      OffsetForLeaderEpochAPI.TopicResult(
        name: topic.name, partitions: topic.partitions.map { end($0, topic.name) })
    }
    exchange.reply(OffsetForLeaderEpochAPI.self, OffsetForLeaderEpochAPI.Response(topics: topics))
  }

  private func end(
    _ part: OffsetForLeaderEpochAPI.Partition, _ topic: String
  ) -> OffsetForLeaderEpochAPI.PartitionResult {
    var result = OffsetForLeaderEpochAPI.PartitionResult(index: part.index)
    do throws(PartitionError) {
      let log = try log(topic, part.index, part.currentLeaderEpoch)
      if part.leaderEpoch == 0 { (result.leaderEpoch, result.endOffset) = (0, log.visibleEnd) }
    } catch {
      result.error = error.code
    }
    return result
  }

  private func log(_ topic: String, _ index: Int32, _ epoch: Int32) throws(PartitionError) -> PartitionLog {
    guard let partition = partition(topic, index) else {
      throw PartitionError(.unknownTopicOrPartition, "no such partition")
    }
    guard epoch <= 0 else { throw PartitionError(.unknownLeaderEpoch, "the only epoch is 0") }
    return partition.log
  }

  func deleteRecords(_ request: DeleteRecordsAPI.Request, _ exchange: Exchange) {
    let topics = request.topics.map { topic in
      DeleteRecordsAPI.TopicResult(name: topic.name, partitions: topic.partitions.map { delete($0, topic.name) })
    }
    exchange.reply(DeleteRecordsAPI.self, DeleteRecordsAPI.Response(topics: topics))
  }

  private func delete(_ part: DeleteRecordsAPI.Partition, _ topic: String) -> DeleteRecordsAPI.PartitionResult {
    var result = DeleteRecordsAPI.PartitionResult(index: part.index)
    do throws(PartitionError) {
      let log = try log(topic, part.index, -1)
      result.lowWatermark = try log.deleteRecords(before: part.offset < 0 ? log.visibleEnd : part.offset)
      syncs.demand(log)
    } catch {
      result.error = error.code
    }
    return result
  }
}
