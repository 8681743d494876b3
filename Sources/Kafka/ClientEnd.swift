import CRDKafka
import Runtime

/// The last calls of a client's life. librdkafka 2.0.2 can block in them for ever: with messages of a partition that
/// was taken away, or of a deleted topic, still held somewhere (fixed in 2.1.0 and 2.6.1). Who stops must not.
enum ClientEnd {
  /// Ample for brokers that answer; a group hears of a member that never left by its session's time-out.
  static let limitMilliseconds: Int32 = 10_000

  /// Destroys the client, or leaves that to a thread of its own when it takes too long.
  /// - Parameter opaque: what the client's callbacks use; it lives as long as the client.
  static func destroy(_ client: OpaquePointer, opaque: AnyObject? = nil) {
    nonisolated(unsafe) let (client, opaque) = unsafe (client, opaque)
    run {
      // A consumer has left by now, or could not.
      unsafe rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
      unsafe withExtendedLifetime(opaque) {}
    }
  }

  /// - Returns: false when `body` had not returned in time; it goes on.
  @discardableResult
  static func run(within limit: Int32 = limitMilliseconds, _ body: @escaping @Sendable () -> Void) -> Bool {
    OwnedThread(name: "kafka end", body: body).join(timeoutMilliseconds: limit)
  }

  /// Leaves the group, while the calling thread serves the consumer's callbacks.
  static func leave(_ client: OpaquePointer) {
    let queue = unsafe rd_kafka_queue_new(client)
    defer { unsafe rd_kafka_queue_destroy(queue) }
    if let error = unsafe rd_kafka_consumer_close_queue(client, queue) {
      unsafe rd_kafka_error_destroy(error)
      return
    }
    let end = SystemTime.monotonicNanoseconds() + Int64(limitMilliseconds) * 1_000_000
    while unsafe rd_kafka_consumer_closed(client) == 0, SystemTime.monotonicNanoseconds() < end {
      unsafe rd_kafka_queue_poll_callback(queue, 100)
    }
  }
}
