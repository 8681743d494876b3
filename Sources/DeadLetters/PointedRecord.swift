public import Kafka
import NotificationModel

/// The dead letter that a pointer stands for, as it would have been parked whole.
extension DeadLetterRow {
  /// Whether the pointer is one of a delivery.
  public var pointsToDelivery: Bool {
    DeadLetterPointer.isDelivery(originalSchema: header(RecordHeader.originalSchema), origin: origin)
  }

  /// Pointers of an event that have no `bongsu-schema` are of a version that did not note which recipients were open: a
  /// replay might send to those who have it.
  var saysForWhom: Bool { header(RecordHeader.originalSchema) != nil || pointsToDelivery }

  /// Where the record lies; nil where no topic can have such a name.
  var place: RecordPlace? {
    guard let place = origin.flatMap({ RecordPlace($0) }),
      place.partition.topic.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil
    else { return nil }
    return place
  }

  /// Bytes of the value of the record that a pointer stands for; nil where it does not say.
  public var pointedBytes: Int? {
    guard schema == DeadLetterPointer.schema || schema == RelayPointer.schema, let value,
      case .object(let members)? = try? JSONParser.parse(value), case .number(let bytes)? = members["bytes"]
    else { return nil }
    return Int(bytes)
  }

  /// Whether a record that was read is the one that is meant. A topic that was made anew has others at the same places,
  /// and the id alone may be missing from both.
  public func isMeant(_ record: SourceRecord) -> Bool {
    let ids = [record.header(RecordHeader.eventID), header(RecordHeader.eventID)].map { ($0 ?? "").lowercased() }
    return ids[0] == ids[1] && isMeant(key: record.key, value: record.value)
  }

  /// The same by key and size: of a long key a pointer has the beginning.
  public func isMeant(key other: [UInt8]?, value: [UInt8]?) -> Bool {
    other.map { Array($0.prefix(1_024)) } == key && (pointedBytes.map { $0 == value?.count ?? 0 } ?? true)
  }

  /// - Parameter record: as it was read at the pointer's origin.
  public func whole(_ record: SourceRecord) -> DeadLetterRow {
    let replay = record.number(RecordHeader.replay).map { Int(clamping: $0) } ?? 0
    return whole(RecordContent(key: record.key, value: record.value, headers: record.headers), replay: replay)
  }

  /// What the pointer carries of the failure stands above what the record says.
  /// - Parameters:
  ///   - record: the record that is meant, wherever it was read.
  ///   - original: its own number of replay.
  public func whole(_ record: RecordContent, replay original: Int) -> DeadLetterRow {
    let carried = headers.filter { DeadLetterPointer.carried.contains($0.name) }
    let replaced = Set(carried.map(\.name))
    var row = self
    (row.key, row.value, row.replay) = (record.key, record.value, max(original, replay))
    row.headers = record.headers.filter { !replaced.contains($0.name) } + carried
    return row
  }
}
