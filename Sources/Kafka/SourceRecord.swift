/// A record that was read, copied out of the client's memory.
public struct SourceRecord: Sendable {
  public let place: TopicPartition
  public let offset: Int64
  /// Milliseconds since 1970; 0 where the record has none.
  public let timestamp: Int64
  public let key: [UInt8]?
  public let value: [UInt8]?
  public let headers: [Header]

  public struct Header: Sendable, Equatable {
    public let name: String
    /// Nil and empty are kept apart.
    public let value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) { (self.name, self.value) = (name, value) }
    public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
  }

  public init(
    place: TopicPartition, offset: Int64, timestamp: Int64, key: [UInt8]?, value: [UInt8]?, headers: [Header]
  ) {
    self.place = place
    self.offset = offset
    self.timestamp = timestamp
    self.key = key
    self.value = value
    self.headers = headers
  }

  public init(_ record: borrowing ConsumedRecord) {
    self.init(
      place: TopicPartition(record.topic, record.partition), offset: record.offset, timestamp: record.timestamp ?? 0,
      key: record.keyBytes, value: record.valueBytes,
      headers: record.headerBytes.map { Header($0.name, $0.value) })
  }

  /// The last header of the name, as text.
  public func header(_ name: String) -> String? {
    headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
  }

  public func number(_ name: String) -> Int64? { header(name).flatMap { Int64($0) } }

  /// Bytes of key and value.
  public var size: Int { (key?.count ?? 0) + (value?.count ?? 0) }

  /// `topic/partition/offset`
  public var origin: String { "\(place.topic)/\(place.partition)/\(offset)" }
}
