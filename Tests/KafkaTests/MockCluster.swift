import CRDKafka

@testable import Kafka

/// librdkafka's cluster in this process, which answers with the errors it is told to.
final class MockCluster {
  private let owner: OpaquePointer
  private let cluster: OpaquePointer
  static let produceRequest: Int16 = 0

  init(brokers: Int32 = 1) {
    let configuration = rd_kafka_conf_new()
    rd_kafka_conf_set(configuration, "log_level", "0", nil, 0)
    owner = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0)
    cluster = rd_kafka_mock_cluster_new(owner, brokers)
  }

  deinit {
    nonisolated(unsafe) let (owner, cluster) = (owner, cluster)
    ClientEnd.run {
      rd_kafka_mock_cluster_destroy(cluster)
      rd_kafka_destroy(owner)
    }
  }

  var bootstrapServers: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

  func settings(_ properties: [String: String] = [:]) -> KafkaSettings {
    KafkaSettings(bootstrapServers: bootstrapServers, properties: properties)
  }

  func createTopic(_ name: String, partitions: Int32 = 1) {
    rd_kafka_mock_topic_create(cluster, name, partitions, 1)
  }

  /// Metadata answers carry it from now on.
  func setError(_ code: KafkaErrorCode, ofTopic name: String) {
    rd_kafka_mock_topic_set_error(cluster, name, rd_kafka_resp_err_t(code.rawValue))
  }

  /// The next requests of the kind are answered with these.
  func pushErrors(_ codes: [KafkaErrorCode], toRequest request: Int16) {
    rd_kafka_mock_push_request_errors_array(
      cluster, request, codes.count, codes.map { rd_kafka_resp_err_t($0.rawValue) })
  }

  func setBroker(_ id: Int32 = 1, up: Bool) {
    _ = up ? rd_kafka_mock_broker_set_up(cluster, id) : rd_kafka_mock_broker_set_down(cluster, id)
  }

  /// Every answer of the broker is delayed by this much.
  func setRoundTrip(milliseconds: Int32, ofBroker id: Int32 = 1) {
    rd_kafka_mock_broker_set_rtt(cluster, id, milliseconds)
  }
}
