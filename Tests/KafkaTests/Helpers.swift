import Kafka
import TestSupport

extension Producer {
  /// Produces a record of texts; nil stays nil.
  func send(
    _ topic: String, key: String? = nil, value: String? = "value", headers: [(String, String?)] = [], token: UInt = 0
  ) throws(KafkaError) {
    var list = RecordHeaders()
    for (name, value) in headers {
      let bytes = Array((value ?? "").utf8)
      list.add(name, value == nil ? nil : bytes.span.bytes)
    }
    let (keyBytes, valueBytes) = (Array((key ?? "").utf8), Array((value ?? "").utf8))
    try produce(
      self.topic(topic), key: key == nil ? nil : keyBytes.span.bytes, value: value == nil ? nil : valueBytes.span.bytes,
      headers: &list, token: token)
  }

  /// Flushes and returns the reports.
  func collect(timeoutMilliseconds: Int = 10_000) -> [DeliveryReport] {
    var reports: [DeliveryReport] = []
    flush(timeoutMilliseconds: timeoutMilliseconds) { reports.append($0) }
    return reports
  }
}

extension ClosedPort {
  var settings: KafkaSettings { KafkaSettings(bootstrapServers: "127.0.0.1:\(number)") }
}
