import Kafka
import Postgres

extension DeadLetterRow {
  /// - Parameter isWhole: false leaves out what a database might refuse.
  func statement(isWhole: Bool = true) -> (sql: String, parameters: [SQLValue]) {
    func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    func bytes(_ bytes: [UInt8]?) -> SQLValue { bytes.map { .bytes($0) } ?? .null }
    return (
      LogStatement.deadLetterSQL,
      [
        .text(record.place.topic), .text(String(record.place.partition)), .text(String(record.offset)),
        text(eventID), text(deliveryID), text(isWhole ? origin : nil), .text(errorClass),
        text(isWhole ? errorCode : "UNSTORABLE"), .text(String(attempt)), .text(String(replay)),
        bytes(isWhole ? record.key : nil), bytes(isWhole ? record.value : nil), .text(isWhole ? headers : "{}"),
        .text(String(parkedAt)),
      ]
    )
  }
}
