extension BrokerCore {
  func produce(_ request: ProduceAPI.Request, _ exchange: Exchange) {
    var request = request
    let acknowledgements = request.acknowledgements
    let pending = PendingProduce(exchange, ProduceAPI.Response())
    let refusal = refusal(request)
    for topic in request.topics.indices {
      pending.response.topics.append(ProduceAPI.TopicResult(topic: request.topics[topic].topic))
      let name = refusal.map { .failure($0) } ?? name(of: request.topics[topic].topic)
      for place in request.topics[topic].partitions.indices {
        let result = append(&request.topics[topic].partitions[place], name, (topic, place), pending)
        pending.response.topics[topic].partitions.append(result)
      }
    }
    if acknowledgements == 0 { return exchange.replyNothing() }
    guard pending.waits.isEmpty else {
      for wait in pending.waits { wait.partition.produces.append(pending) }
      return
    }
    exchange.reply(ProduceAPI.self, pending.response)
  }

  private func refusal(_ request: ProduceAPI.Request) -> PartitionError? {
    guard request.transactionalID == nil else {
      return PartitionError(.transactionalIDRefused, "this broker has no transactions; use a Kafka cluster")
    }
    guard (-1...1).contains(request.acknowledgements) else {
      return PartitionError(.invalidRequiredAcknowledgements, "acks is 0, 1 or all")
    }
    return nil
  }

  private func append(
    _ part: inout ProduceAPI.Partition, _ topic: Result<String, PartitionError>, _ place: (topic: Int, index: Int),
    _ pending: PendingProduce
  ) -> ProduceAPI.PartitionResult {
    var result = ProduceAPI.PartitionResult(index: part.index)
    do throws(PartitionError) {
      guard let partition = self.partition(try topic.get(), part.index) else {
        throw PartitionError(.unknownTopicOrPartition, "no such partition")
      }
      guard var records = part.records, !records.isEmpty else {
        throw PartitionError(.invalidRecord, "a produce request has one batch a partition")
      }
      part.records = nil
      let range = records.indices
      switch try partition.log.append(&records, in: range, now: WallClock.now) {
      case .appended(let base, let last, let time):
        (result.baseOffset, result.logAppendTime) = (base, time)
        appended(range.count, to: partition)
        wait(partition, last, place, pending)
      case .duplicate(let base, let last, let time):
        (result.baseOffset, result.logAppendTime) = (base, time)
        wait(partition, last, place, pending)
      }
      result.logStartOffset = partition.log.startOffset
    } catch {
      result.error = error.code
      result.message = error.description
    }
    return result
  }

  private func appended(_ bytes: Int, to partition: Partition) {
    partition.appended(bytes)
    syncs.wrote(partition.log)
    if !partition.waitsForSync { noteShown(partition) }
  }

  private func wait(
    _ partition: Partition, _ lastOffset: Int64, _ place: (topic: Int, index: Int), _ pending: PendingProduce
  ) {
    guard partition.waitsForSync, partition.log.visibleEnd <= lastOffset else { return }
    pending.waits.append(
      .init(partition: partition, lastOffset: lastOffset, topicPlace: place.topic, place: place.index))
    syncs.wrote(partition.log)
  }

  /// Answers the requests whose records are durable now, or cannot become so.
  func settleProduces(_ partition: Partition) {
    let waiting = partition.produces
    partition.produces = []
    for pending in waiting {
      if pending.settle(partition) {
        pending.exchange.reply(ProduceAPI.self, pending.response)
      } else if pending.waits.contains(where: { $0.partition === partition }) {
        partition.produces.append(pending)
      }
    }
  }
}
