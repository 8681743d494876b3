import Kafka
import NotificationModel

/// One delivery that a worker has read, until its record is finished. It is the worker's thread's alone, and looked up so
/// often that copies of all that it holds would be a tenth of a push's price.
final class WorkerJob {
  let record: SourceRecord
  let delivery: Delivery
  let ticket: ClaimTicket
  /// Held by this worker.
  var isClaimed = false
  /// Sent without a claim, as Redis could not be asked.
  var isUnclaimed = false
  /// PROCESSING was told.
  var isTold = false
  /// Records that tell the outcome and are not acknowledged yet; nil before.
  var telling: Int?

  func letGo() { (isClaimed, isUnclaimed) = (false, false) }

  init(record: SourceRecord, delivery: Delivery) {
    self.record = record
    var delivery = delivery
    delivery.replay = Int(record.number(RecordHeader.replay) ?? Int64(delivery.replay))
    self.delivery = delivery
    ticket = ClaimTicket(
      deliveryID: delivery.id, replay: delivery.replay,
      attempt: max(1, Int(record.number(RecordHeader.attempt) ?? 1)))
  }
}

/// Why a record of a channel's topic is no delivery that can be sent.
struct UnreadableDelivery: Error, Equatable {
  let code: String
  let detail: String

  /// Reads a record.
  static func read(_ record: SourceRecord, channel: DeliveryChannel) throws(UnreadableDelivery) -> WorkerJob {
    let schema = record.header(RecordHeader.schema)
    guard schema == nil || schema == Delivery.schema else {
      throw UnreadableDelivery(code: "UNKNOWN_SCHEMA", detail: "the header schema is not \(Delivery.schema)")
    }
    guard let value = record.value, let delivery = try? Delivery(json: value) else {
      throw UnreadableDelivery(code: "INVALID_DELIVERY", detail: "the value is no \(Delivery.schema)")
    }
    guard delivery.channel == channel, delivery.address.channel == channel else {
      throw UnreadableDelivery(code: "WRONG_CHANNEL", detail: "the delivery is not for \(channel.rawValue)")
    }
    return WorkerJob(record: record, delivery: delivery)
  }
}
