import CRDKafka
import Runtime
import Synchronization

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

  /// Leaves the group while the calling thread waits, so that callbacks meet nobody else. One that cannot leave keeps
  /// its memory: nothing of it may be destroyed under the thread that still tries.
  static func leaveAndDestroy(_ client: OpaquePointer, _ listeners: ConsumerListeners) {
    nonisolated(unsafe) let (client, listeners) = unsafe (client, listeners)
    let hasLeft = run {
      unsafe rd_kafka_consumer_close(client)
      unsafe withExtendedLifetime(listeners) {}
    }
    // From here on nobody expects to be called.
    unsafe listeners.isOver.store(true, ordering: .releasing)
    if hasLeft { unsafe destroy(client, opaque: listeners) }
  }
}
