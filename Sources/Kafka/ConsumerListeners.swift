import CRDKafka
import Synchronization

/// A change of what a consumer of a group reads.
public enum Rebalance: Sendable, Equatable {
  case assigned([TopicPartition])
  /// Store and commit what is finished before returning.
  case revoked([TopicPartition])
  /// Already read by somebody else: nothing can be committed any more.
  case lost([TopicPartition])
}

/// The opaque of a consumer. Its callbacks run on the consumer's own thread, inside `poll` and `close`: polling events
/// instead would leave librdkafka 2.0.2's own idea of the position behind, from which it resumes a paused partition.
final class ConsumerListeners {
  var hearing = ClientListeners()
  var onRebalance: ((Rebalance) -> Void)?
  /// The consumer is closed: nobody is told anything any more.
  let isOver = Atomic(false)

  static func of(_ client: OpaquePointer?) -> ConsumerListeners? {
    unsafe rd_kafka_opaque(client).map { unsafe Unmanaged<ConsumerListeners>.fromOpaque($0).takeUnretainedValue() }
  }

  func prepare(_ configuration: OpaquePointer) {
    unsafe rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
    unsafe rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
      let log = KafkaLog(
        level: Int(level), facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
        text: unsafe text.map { unsafe String(cString: $0) } ?? "")
      unsafe ConsumerListeners.of(client)?.audience?.hearing.onLog?(log)
    }
    unsafe rd_kafka_conf_set_error_cb(configuration) { client, code, reason, _ in
      let plain = KafkaError(
        KafkaErrorCode(rawValue: code), unsafe reason.map { unsafe String(cString: $0) })
      let error = unsafe plain.code == .fatal ? client.flatMap { unsafe KafkaError.fatal(of: $0) } ?? plain : plain
      unsafe ConsumerListeners.of(client)?.audience?.hearing.onError?(error)
    }
    unsafe rd_kafka_conf_set_rebalance_cb(configuration) { client, code, list, _ in
      guard let client = unsafe client, let list = unsafe list else { return }
      unsafe ConsumerListeners.of(client)?.rebalance(client, code, list)
    }
  }

  private func rebalance(
    _ client: OpaquePointer, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
  ) {
    let partitions = unsafe PartitionList.partitions(list)
    let isCooperative = unsafe String(cString: rd_kafka_rebalance_protocol(client)) == "COOPERATIVE"
    if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
      unsafe isCooperative ? Self.report(rd_kafka_incremental_assign(client, list), hearing) : assign(client, list)
      audience?.onRebalance?(.assigned(partitions))
    } else {
      let isLost = unsafe rd_kafka_assignment_lost(client) != 0
      audience?.onRebalance?(isLost ? .lost(partitions) : .revoked(partitions))
      unsafe isCooperative ? Self.report(rd_kafka_incremental_unassign(client, list), hearing) : assign(client, nil)
    }
  }

  private var audience: ConsumerListeners? { isOver.load(ordering: .acquiring) ? nil : self }

  private func assign(_ client: OpaquePointer, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?) {
    let code = unsafe rd_kafka_assign(client, list)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { hearing.onError?(KafkaError(code)) }
  }

  private static func report(_ error: OpaquePointer?, _ hearing: ClientListeners) {
    if let error = unsafe error { hearing.onError?(unsafe KafkaError(taking: error)) }
  }
}
