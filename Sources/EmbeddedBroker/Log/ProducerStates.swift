/// What a partition knows of its idempotent producers: their epoch, and their last five batches, so that a batch that is
/// sent again is answered with the offset that it has.
struct ProducerStates: Equatable {
  /// As many batches as a producer may have in flight.
  static let window = 5

  struct Batch: Equatable {
    var baseSequence: Int32
    var lastSequence: Int32
    var baseOffset: Int64
    var lastOffset: Int64
    /// The log append time when it has one, otherwise -1.
    var appendTime: Int64
  }

  struct Producer: Equatable {
    var epoch: Int16
    /// When it last wrote, in milliseconds since 1970.
    var lastSeen: Int64
    /// The newest is last.
    var batches: [Batch]
  }

  private(set) var producers: [Int64: Producer] = [:]

  /// - Returns: the batch as it was appended before; nil for a new one that may be appended.
  func check(_ header: BatchHeader) throws(PartitionError) -> Batch? {
    guard header.producerID >= 0 else { return nil }
    guard header.producerEpoch >= 0, header.baseSequence >= 0 else {
      throw PartitionError(.invalidRecord, "a batch with a producer id needs an epoch and a sequence")
    }
    // As with Kafka since 2.5, a producer that is not known here, or no more, may begin anywhere.
    guard let producer = producers[header.producerID], let last = producer.batches.last else { return nil }
    guard header.producerEpoch >= producer.epoch else {
      throw PartitionError(.invalidProducerEpoch, "the producer's epoch is older than the partition's")
    }
    guard header.producerEpoch == producer.epoch else {
      guard header.baseSequence == 0 else { throw Self.gap }
      return nil
    }
    let repeated = producer.batches.last {
      $0.baseSequence == header.baseSequence && $0.lastSequence == header.lastSequence
    }
    if let repeated { return repeated }
    guard header.baseSequence == Sequence.advance(last.lastSequence, by: 1) else { throw Self.gap }
    return nil
  }

  private static let gap = PartitionError(.outOfOrderSequence, "the batch's sequence does not follow the last one")

  /// Takes in a batch that is in the log.
  mutating func note(_ header: BatchHeader, now: Int64) {
    guard header.producerID >= 0 else { return }
    let batch = Batch(
      baseSequence: header.baseSequence, lastSequence: header.lastSequence, baseOffset: header.baseOffset,
      lastOffset: header.lastOffset,
      appendTime: header.attributes.contains(.logAppendTime) ? header.maxTimestamp : -1)
    note(batch, of: header.producerID, epoch: header.producerEpoch, now: now)
  }

  private mutating func note(_ batch: Batch, of id: Int64, epoch: Int16, now: Int64) {
    func take(_ producer: inout Producer) {
      if producer.epoch != epoch { producer.batches.removeAll(keepingCapacity: true) }
      if producer.batches.count == Self.window { producer.batches.removeFirst() }
      producer.epoch = epoch
      producer.lastSeen = now
      producer.batches.append(batch)
    }
    take(&producers[id, default: Producer(epoch: epoch, lastSeen: now, batches: [])])
  }

  /// Forgets who has written nothing since `time`.
  mutating func expire(before time: Int64) {
    guard producers.contains(where: { $0.value.lastSeen < time }) else { return }
    producers = producers.filter { $0.value.lastSeen >= time }
  }

  mutating func restore(_ producer: Producer, id: Int64) { producers[id] = producer }
}
