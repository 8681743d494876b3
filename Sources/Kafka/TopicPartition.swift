import CRDKafka
import Glibc

/// One partition of a topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
  public let topic: String
  public let partition: Int32

  public init(_ topic: String, _ partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  public var description: String { "\(topic)[\(partition)]" }
}

/// Where reading of a partition begins.
public enum StartOffset: Hashable, Sendable {
  case beginning
  case end
  /// What the group has committed, else by `auto.offset.reset`.
  case stored
  case at(Int64)

  var c: Int64 {
    switch self {
    case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
    case .end: Int64(RD_KAFKA_OFFSET_END)
    case .stored: Int64(RD_KAFKA_OFFSET_STORED)
    case .at(let offset): offset
    }
  }
}

/// An owned list of librdkafka's, for the length of a call.
@safe struct PartitionList: ~Copyable {
  let handle: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(_ offsets: [TopicPartition: Int64] = [:]) {
    unsafe handle = rd_kafka_topic_partition_list_new(Int32(offsets.count))
    for (key, offset) in offsets {
      let element = unsafe rd_kafka_topic_partition_list_add(handle, key.topic, key.partition)
      unsafe element?.pointee.offset = offset
    }
  }

  init(_ partitions: [TopicPartition]) {
    self.init([TopicPartition: Int64](partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) }) { $1 })
  }

  /// Takes the list over.
  init(taking list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { unsafe handle = unsafe list }

  deinit { unsafe rd_kafka_topic_partition_list_destroy(handle) }

  /// - Throws: the first error that a call left at a partition.
  func offsets() throws(KafkaError) -> [TopicPartition: Int64] {
    var result: [TopicPartition: Int64] = [:]
    let elements = unsafe Self.elements(handle)
    for index in elements.indices {
      let element = unsafe elements[index]
      guard unsafe element.err == RD_KAFKA_RESP_ERR_NO_ERROR else { throw unsafe KafkaError(element.err) }
      unsafe result[TopicPartition(String(cString: element.topic), element.partition)] = unsafe element.offset
    }
    return result
  }

  /// Texts that go with the commits of some partitions. librdkafka frees them with the list.
  func attach(_ notes: [TopicPartition: String]) {
    for index in 0..<Int(unsafe handle.pointee.cnt) {
      let element = unsafe handle.pointee.elems + index
      let place = unsafe TopicPartition(String(cString: element.pointee.topic), element.pointee.partition)
      guard let note = notes[place], !note.isEmpty else { continue }
      unsafe element.pointee.metadata = unsafe UnsafeMutableRawPointer(strdup(note))
      unsafe element.pointee.metadata_size = note.utf8.count
    }
  }

  /// The texts that came with commits.
  var notes: [TopicPartition: String] {
    var result: [TopicPartition: String] = [:]
    let elements = unsafe Self.elements(handle)
    for index in elements.indices {
      let element = unsafe elements[index]
      guard let start = unsafe element.metadata, unsafe element.metadata_size > 0 else { continue }
      let text = unsafe String(
        decoding: UnsafeRawBufferPointer(start: start, count: element.metadata_size), as: UTF8.self)
      unsafe result[TopicPartition(String(cString: element.topic), element.partition)] = text
    }
    return result
  }

  static func elements(
    _ list: UnsafePointer<rd_kafka_topic_partition_list_t>
  ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
    unsafe UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
  }

  static func partitions(_ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
    unsafe elements(list).map { unsafe TopicPartition(String(cString: $0.topic), $0.partition) }
  }
}
