/// Reads or writes the protocol's primitive types: a message names its fields once, and both directions follow it.
///
/// From a message's first flexible version on, lengths are variable-length numbers and every structure ends in tags.
protocol WireCoder: ~Escapable {
  var version: Int16 { get }
  var isFlexible: Bool { get }

  @_lifetime(self: copy self)
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ value: inout T) throws(WireError)
  /// A length that is written as value + 1 where flexible, else in 16 or 32 bits; nil is written as -1.
  @_lifetime(self: copy self)
  mutating func length(_ value: inout Int?, isShort: Bool) throws(WireError)
  /// The bytes of a text or a field whose length was just coded.
  @_lifetime(self: copy self)
  mutating func content(_ value: inout [UInt8], count: Int) throws(WireError)
  @_lifetime(self: copy self)
  mutating func text(_ value: inout String, count: Int) throws(WireError)
  /// How many elements an array has; checked against what the message can hold.
  @_lifetime(self: copy self)
  mutating func count(_ value: inout Int?) throws(WireError)
  /// The tagged fields at the end of a structure: none is written, all are passed over.
  @_lifetime(self: copy self)
  mutating func tags() throws(WireError)
}

/// Either direction; the reader borrows its bytes and so cannot escape.
typealias Wire = WireCoder & ~Escapable

/// A structure of the protocol, in the order of its fields.
protocol WireMessage: Sendable {
  init()
  mutating func fields(_ wire: inout some Wire) throws(WireError)
}

/// One API of the protocol: its number, the versions that are spoken here, and its two messages.
protocol WireAPI {
  associatedtype Request: WireMessage
  associatedtype Response: WireMessage
  static var key: APIKey { get }
  static var versions: ClosedRange<Int16> { get }
  /// The first version with compact lengths and tags.
  static var firstFlexible: Int16 { get }
}

extension WireCoder where Self: ~Escapable {
  @_lifetime(self: copy self)
  mutating func bool(_ value: inout Bool) throws(WireError) {
    var byte: UInt8 = value ? 1 : 0
    try integer(&byte)
    value = byte != 0
  }

  @_lifetime(self: copy self)
  mutating func string(_ value: inout String) throws(WireError) {
    var optional: String? = value
    try nullableString(&optional)
    value = optional ?? ""
  }

  @_lifetime(self: copy self)
  mutating func nullableString(_ value: inout String?) throws(WireError) {
    var count = value?.utf8.count
    try length(&count, isShort: true)
    guard let count else {
      value = nil
      return
    }
    var string = value ?? ""
    try text(&string, count: count)
    value = string
  }

  @_lifetime(self: copy self)
  mutating func bytes(_ value: inout [UInt8]) throws(WireError) {
    var optional: [UInt8]? = value
    try nullableBytes(&optional)
    value = optional ?? []
  }

  @_lifetime(self: copy self)
  mutating func nullableBytes(_ value: inout [UInt8]?) throws(WireError) {
    var count = value?.count
    try length(&count, isShort: false)
    guard let count else {
      value = nil
      return
    }
    var content = value ?? []
    try self.content(&content, count: count)
    value = content
  }

  @_lifetime(self: copy self)
  mutating func uuid(_ value: inout TopicID) throws(WireError) {
    try integer(&value.high)
    try integer(&value.low)
  }
}
