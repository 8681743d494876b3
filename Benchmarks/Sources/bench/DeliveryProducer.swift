import CRDKafka
import Foundation

/// Writes deliveries of pushes as the router does, each to another device.
final class DeliveryProducer {
  private let client: OpaquePointer
  private let topic: String
  private var number = 0

  init(_ bootstrapServers: String, topic: String) throws {
    client = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "5", "acks": "all", "enable.idempotence": "true",
        "queue.buffering.max.messages": "1000000", "log_level": "2",
      ])
    self.topic = topic
  }

  deinit { rd_kafka_destroy(client) }

  /// As many as fast as it can, and waits until all are there.
  func fill(_ count: Int) throws {
    for step in 0..<count {
      try produce()
      if step % 1_000 == 0 { rd_kafka_poll(client, 0) }
    }
    guard rd_kafka_flush(client, 120_000) == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw BenchmarkError("the deliveries do not reach \(topic)")
    }
  }

  private func produce() throws {
    number += 1
    let now = Int(Date().timeIntervalSince1970 * 1_000)
    let id = UUID().uuidString.lowercased()
    let value =
      #"{"id":"\#(id)","eventID":"\#(UUID().uuidString.lowercased())","eventTime":\#(now),"replay":0,"user":\#(number),"#
      + #""channel":"push.ios","target":"\#(number)","address":{"device":{"platform":"ios","appID":"com.example.shop","#
      + #""environment":"production","token":"\#(String(format: "%064x", number))","registeredAt":\#(now)}},"#
      + #""category":"order","template":"order_shipped","templateVersion":3,"locale":"ko-KR","content":{"push":{"#
      + #""title":"Han River Books","body":"Order A-\#(number) is on its way and will be there tomorrow.","badge":1}},"#
      + #""priority":"high","link":"https://shop.example/orders/\#(number)","notBefore":\#(now)}"#
    var (key, payload, schema) = (Array("\(number)".utf8), Array(value.utf8), Array("delivery.v1".utf8))
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
  }
}
