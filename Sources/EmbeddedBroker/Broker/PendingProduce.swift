/// A produce request whose records are written and not durable yet.
final class PendingProduce {
  let exchange: Exchange
  var response: ProduceAPI.Response
  /// Which of its partitions wait for their last offset to be durable.
  var waits: [Wait] = []

  struct Wait {
    let partition: Partition
    let lastOffset: Int64
    let topicPlace: Int
    let place: Int
  }

  init(_ exchange: Exchange, _ response: ProduceAPI.Response) {
    self.exchange = exchange
    self.response = response
  }

  /// Takes what became of a partition; true when nothing is waited for any more.
  func settle(_ partition: Partition) -> Bool {
    waits.removeAll { wait in
      guard wait.partition === partition else { return false }
      if let failure = partition.log.durability.failure {
        fail(wait, PartitionError(failure))
        return true
      }
      return partition.log.visibleEnd > wait.lastOffset
    }
    return waits.isEmpty
  }

  /// The partition's topic was deleted.
  func abandon(_ partition: Partition) {
    for wait in waits where wait.partition === partition {
      fail(wait, PartitionError(.unknownTopicOrPartition, "the topic was deleted"))
    }
    waits.removeAll { $0.partition === partition }
    if waits.isEmpty { exchange.reply(ProduceAPI.self, response) }
  }

  private func fail(_ wait: Wait, _ error: PartitionError) {
    let index = response.topics[wait.topicPlace].partitions[wait.place].index
    response.topics[wait.topicPlace].partitions[wait.place] =
      ProduceAPI.PartitionResult(index: index, error: error.code, message: error.description)
  }
}
