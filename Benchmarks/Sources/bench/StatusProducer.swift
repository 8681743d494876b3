import CRDKafka
import Foundation

/// Writes statuses as routers and workers do: of each delivery PENDING, PROCESSING and SUCCESS, and a ROUTED of its event.
final class StatusProducer {
  private let client: OpaquePointer
  private let topic: String
  /// So many deliveries are under way at a time: more than a recorder takes at once, so that few of their statuses meet.
  private static let wave = 20_000
  static let statusesOfEach = 4

  init(_ bootstrapServers: String, topic: String) throws {
    client = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "5", "acks": "all", "enable.idempotence": "true",
        "queue.buffering.max.messages": "2000000", "log_level": "2",
      ])
    self.topic = topic
  }

  deinit { rd_kafka_destroy(client) }

  private struct Subject {
    let delivery = UUID().uuidString.lowercased()
    let event = UUID().uuidString.lowercased()
    let time = Int(Date().timeIntervalSince1970 * 1_000)
  }

  /// Statuses of so many deliveries, and waits until all are there.
  func fill(_ deliveries: Int) throws {
    var left = deliveries
    while left > 0 {
      let subjects = (0..<min(left, Self.wave)).map { _ in Subject() }
      for (step, subject) in subjects.enumerated() { try route(subject, user: left - step) }
      for (step, subject) in subjects.enumerated() { try tell(subject, "PROCESSING", 1, user: left - step) }
      for (step, subject) in subjects.enumerated() {
        try tell(subject, "SUCCESS", 1, user: left - step, more: #","providerID":"\#(subject.delivery)""#)
      }
      left -= subjects.count
    }
    guard rd_kafka_flush(client, 120_000) == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw BenchmarkError("the statuses do not reach \(topic)")
    }
  }

  private func route(_ subject: Subject, user: Int) throws {
    try tell(subject, "PENDING", 0, user: user)
    let routed =
      #"{"eventID":"\#(subject.event)","eventTime":\#(subject.time),"replay":0,"isRelease":false,"deliveries":1,"#
      + #""suppressions":0,"deferrals":0,"unresolved":0,"origin":"notification.events/0/\#(user)","time":\#(subject.time)}"#
    try produce(routed, key: subject.event, schema: "routed.v1")
  }

  private func tell(_ subject: Subject, _ state: String, _ attempt: Int, user: Int, more: String = "") throws {
    let value =
      #"{"deliveryID":"\#(subject.delivery)","eventID":"\#(subject.event)","eventTime":\#(subject.time),"replay":0,"#
      + #""attempt":\#(attempt),"state":"\#(state)","user":\#(user),"channel":"push.ios","target":"\#(user)","#
      + #""category":"order","template":"order_shipped","time":\#(subject.time)\#(more)}"#
    try produce(value, key: subject.delivery, schema: "status.v1")
  }

  private func produce(_ value: String, key: String, schema: String) throws {
    var (key, payload, schema) = (Array(key.utf8), Array(value.utf8), Array(schema.utf8))
    let code = key.withUnsafeMutableBytes { key in
      payload.withUnsafeMutableBytes { payload in
        schema.withUnsafeMutableBytes { schema in
          let headers = rd_kafka_headers_new(1)
          rd_kafka_header_add(headers, "schema", 6, schema.baseAddress, schema.count)
          return crd_bench_produce(
            client, topic, key.baseAddress, key.count, payload.baseAddress, payload.count, headers)
        }
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw BenchmarkError(String(cString: rd_kafka_err2str(code))) }
    rd_kafka_poll(client, 0)
  }
}
