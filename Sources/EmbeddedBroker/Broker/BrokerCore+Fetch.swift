extension BrokerCore {
  func fetch(_ request: FetchAPI.Request, _ exchange: Exchange) {
    guard request.sessionID == 0 else {
      return exchange.reply(FetchAPI.self, FetchAPI.Response(error: .fetchSessionIDNotFound))
    }
    let read = read(request)
    let wait = isStopping ? 0 : request.waitMillisecondsMax
    guard read.bytes < request.bytesMin, wait > 0, !read.hasError, !read.partitions.isEmpty || request.topics.isEmpty
    else { return exchange.reply(FetchAPI.self, read.response) }
    let waiting = WaitingFetch(exchange, request, read.partitions, foundBytes: read.bytes)
    waiting.register()
    let timer = LoopTimer(loop) { [unowned self, unowned waiting] in answer(waiting) }
    timer.start(after: Int64(min(wait, 60_000)))
    waiting.timer = timer
    fetches[ObjectIdentifier(waiting)] = waiting
    exchange.onAbandon = { [weak self, unowned waiting] in self?.end(waiting) }
  }

  private struct Reading {
    var response = FetchAPI.Response()
    var bytes = 0
    var hasError = false
    var partitions: [Partition] = []
  }

  private func read(_ request: FetchAPI.Request) -> Reading {
    var reading = Reading()
    // A quarter of what is free, so that many large answers do not use up the memory; one batch comes in any case.
    var left = min(Int(max(request.bytesMax, 0)), settings.fetchBytesMax, memory.answers.free / 4)
    for topic in request.topics {
      let name = name(of: topic.topic)
      var result = FetchAPI.TopicResult(topic: topic.topic)
      for part in topic.partitions {
        let answer = read(part, name, left, &reading)
        let count = answer.records?.count ?? 0
        left = max(left - count, 0)
        reading.bytes += count
        reading.hasError = reading.hasError || answer.error != .none
        result.partitions.append(answer)
      }
      reading.response.topics.append(result)
    }
    return reading
  }

  private func read(
    _ part: FetchAPI.Partition, _ topic: Result<String, PartitionError>, _ left: Int, _ reading: inout Reading
  ) -> FetchAPI.PartitionResult {
    var result = FetchAPI.PartitionResult(index: part.index, records: [])
    do throws(PartitionError) {
      guard let partition = self.partition(try topic.get(), part.index) else {
        throw PartitionError(.unknownTopicOrPartition, "no such partition")
      }
      guard part.currentLeaderEpoch <= 0 else {
        throw PartitionError(.unknownLeaderEpoch, "the only epoch is 0")
      }
      reading.partitions.append(partition)
      let log = partition.log
      result.highWatermark = log.visibleEnd
      result.lastStableOffset = log.visibleEnd
      result.logStartOffset = log.startOffset
      let bytes = min(Int(max(part.bytesMax, 0)), left)
      let isFirst = reading.bytes == 0
      guard bytes > 0 || isFirst else { return result }
      result.records = try log.read(from: part.offset, maxBytes: bytes, minOneBatch: isFirst)
    } catch {
      result.error = error.code
    }
    return result
  }

  /// Notes that a partition has something new; those who wait are looked at once, at the end of the turn.
  func noteShown(_ partition: Partition) {
    if !partition.fetches.isEmpty { shown[ObjectIdentifier(partition)] = partition }
  }

  func wakeFetches(_ partition: Partition) {
    // An answer can end the connection of another one.
    for waiting in partition.fetches where fetches[ObjectIdentifier(waiting)] != nil && waiting.hasEnough {
      let read = read(waiting.request)
      if read.bytes < waiting.request.bytesMin, !read.hasError {
        waiting.recount(foundBytes: read.bytes)
      } else {
        end(waiting)
        waiting.exchange.reply(FetchAPI.self, read.response)
      }
    }
  }

  /// To be called in every turn.
  func wakeShown() {
    guard !shown.isEmpty else { return }
    let partitions = shown.values
    shown = [:]
    for partition in partitions { wakeFetches(partition) }
  }

  /// With what there is, at once.
  func answer(_ waiting: WaitingFetch) {
    end(waiting)
    waiting.exchange.reply(FetchAPI.self, read(waiting.request).response)
  }

  private func end(_ waiting: WaitingFetch) {
    waiting.leave()
    fetches[ObjectIdentifier(waiting)] = nil
  }
}
