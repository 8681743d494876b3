/// How far a group has come in one partition.
struct CommittedOffset: Equatable, Sendable {
  var offset: Int64
  var leaderEpoch: Int32 = -1
  var metadata = ""
  /// Milliseconds since 1970.
  var committed: Int64 = 0
}

struct TopicPartition: Hashable, Sendable {
  var topic: String
  var partition: Int32
}

/// A line of the offsets' journal.
enum OffsetEntry: Equatable {
  case commit(group: String, [TopicPartition: CommittedOffset])
  case forget(group: String, [TopicPartition])

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .commit(let group, let offsets):
      bytes.append(1)
      bytes.append(text: group)
      for (place, offset) in offsets {
        Self.write(place, to: &bytes)
        bytes.append(integer: offset.offset)
        bytes.append(integer: offset.leaderEpoch)
        bytes.append(text: offset.metadata)
        bytes.append(integer: offset.committed)
      }
    case .forget(let group, let places):
      bytes.append(2)
      bytes.append(text: group)
      for place in places { Self.write(place, to: &bytes) }
    }
    return bytes
  }

  private static func write(_ place: TopicPartition, to bytes: inout [UInt8]) {
    bytes.append(text: place.topic)
    bytes.append(integer: place.partition)
  }

  init?(_ bytes: [UInt8]) {
    var reader = FieldReader(bytes)
    guard let kind = reader.integer(UInt8.self), let group = reader.text() else { return nil }
    var offsets: [TopicPartition: CommittedOffset] = [:]
    while !reader.isAtEnd {
      guard let topic = reader.text(), let partition = reader.integer(Int32.self) else { return nil }
      guard let offset = kind == 1 ? Self.readOffset(&reader) : CommittedOffset(offset: 0) else { return nil }
      offsets[TopicPartition(topic: topic, partition: partition)] = offset
    }
    switch kind {
    case 1: self = .commit(group: group, offsets)
    case 2: self = .forget(group: group, Array(offsets.keys))
    default: return nil
    }
  }

  private static func readOffset(_ reader: inout FieldReader) -> CommittedOffset? {
    guard let offset = reader.integer(Int64.self), let epoch = reader.integer(Int32.self),
      let metadata = reader.text(), let committed = reader.integer(Int64.self)
    else { return nil }
    return CommittedOffset(offset: offset, leaderEpoch: epoch, metadata: metadata, committed: committed)
  }
}
