import CRDKafka
import Foundation

/// A channel's deliveries.
enum DeliveryKind: String, CaseIterable {
  case pushIOS = "push.ios"
  case pushAndroid = "push.android"
  case sms, email

  /// A delivery's members `address` and `content`, of a person of their own each.
  fileprivate func members(_ number: Int, now: Int) -> String {
    switch self {
    case .pushIOS, .pushAndroid:
      #""address":{"device":{"platform":"\#(self == .pushIOS ? "ios" : "android")","appID":"com.example.shop","#
        + #""environment":"production","token":"\#(String(format: "%064x", number))","registeredAt":\#(now)}},"#
        + #""content":{"push":{"title":"Han River Books","body":"Order A-\#(number) is on its way and will be there "#
        + #"tomorrow.","badge":1}}"#
    case .sms:
      #""address":{"phone":"+8210\#(String(format: "%08d", number))"},"#
        + #""content":{"sms":{"body":"Han River Books: order A-\#(number) is on its way."}}"#
    case .email:
      #""address":{"email":"user-\#(number)@example.com"},"content":{"email":{"subject":"Order A-\#(number)","#
        + #""html":"<p>Dear Kim Minsu,</p><p>Your order is on its way and will be there tomorrow.</p>","#
        + #""text":"Your order is on its way and will be there tomorrow."}}"#
    }
  }
}

/// Writes deliveries as the router does, each to another address.
final class DeliveryProducer: @unchecked Sendable {
  private let client: OpaquePointer
  private let topic: String
  private let kind: DeliveryKind
  private let headers: [(name: String, text: String)]
  private var number = 0

  /// - Parameter prefix: before the name of the channel's topic.
  convenience init(_ bootstrapServers: String, prefix: String, _ kind: DeliveryKind) throws {
    try self.init(bootstrapServers, topic: prefix + kind.rawValue, kind)
  }

  /// - Parameter more: headers beside `schema`.
  init(
    _ bootstrapServers: String, topic: String, _ kind: DeliveryKind, headers more: [(name: String, text: String)] = []
  ) throws {
    client = try makeClient(
      RD_KAFKA_PRODUCER,
      [
        "bootstrap.servers": bootstrapServers, "linger.ms": "1", "acks": "all", "enable.idempotence": "true",
        "queue.buffering.max.messages": "1000000", "log_level": "2",
      ])
    (self.topic, self.kind) = (topic, kind)
    headers = [("schema", "delivery.v1")] + more
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

  /// At a steady rate, on the calling thread.
  func run(perSecond: Int, count: Int) {
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    for _ in 0..<count {
      let nanoseconds = due.tv_nsec + 1_000_000_000 / perSecond
      due = timespec(tv_sec: due.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
      while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
      do { try produce() } catch { note("\(error)") }
      rd_kafka_poll(client, 0)
    }
    rd_kafka_flush(client, 10_000)
  }

  private func produce() throws {
    number += 1
    let now = Int(Date().timeIntervalSince1970 * 1_000)
    let id = UUID().uuidString.lowercased()
    let value =
      #"{"id":"\#(id)","eventID":"\#(UUID().uuidString.lowercased())","eventTime":\#(now),"replay":0,"user":\#(number),"#
      + #""channel":"\#(kind.rawValue)","target":"\#(number)",\#(kind.members(number, now: now)),"category":"order","#
      + #""template":"order_shipped","templateVersion":3,"locale":"ko-KR","priority":"high","#
      + #""link":"https://shop.example/orders/\#(number)","notBefore":\#(now)}"#
    var (key, payload) = (Array("\(number)".utf8), Array(value.utf8))
    let list = rd_kafka_headers_new(headers.count)
    for (name, text) in headers { rd_kafka_header_add(list, name, -1, text, text.utf8.count) }
    let code = key.withUnsafeMutableBytes { key in
      payload.withUnsafeMutableBytes { payload in
        crd_bench_produce(client, topic, key.baseAddress, key.count, payload.baseAddress, payload.count, list)
      }
    }
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw BenchmarkError(String(cString: rd_kafka_err2str(code))) }
  }
}
