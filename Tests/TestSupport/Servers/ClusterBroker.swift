public import LocalServers
import Synchronization

/// Three brokers as one: what happens to "the broker" happens to each of them in turn, and so to the leaders of a third of
/// the partitions.
public final class ClusterBroker: LocalBroker {
  private let cluster: KafkaCluster
  private let turn = Mutex(0)

  public init() throws { cluster = try KafkaCluster() }

  public var port: UInt16 { cluster.port }
  public var bootstrapServers: String { cluster.bootstrapServers }
  public var isRunning: Bool { true }

  /// Those that are away come back.
  public func start() throws(LocalServerError) { try cluster.start() }

  /// SIGKILL, for one of them.
  public func stop(kill: Bool) throws(LocalServerError) { try cluster.kill(next()) }

  public func pause() { cluster.pause(next()) }

  public func resume() { for broker in KafkaCluster.brokers { cluster.resume(broker) } }

  private func next() -> Int {
    turn.withLock { turn in
      turn = turn % KafkaCluster.brokers.count + 1
      return turn
    }
  }
}
