/// An answer of Redis in its protocol's second version.
public enum RedisValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  /// As `OK`.
  case status(String)
  /// A refusal of this one command, or of an element of a script's answer.
  case error(RedisError)
  indirect case array([RedisValue])

  /// Bytes, status or number as text; nil for anything else.
  public var text: String? {
    switch self {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    case .integer(let number): String(number)
    case .null, .error, .array: nil
    }
  }

  /// A number, also one that came as text.
  public var number: Int64? {
    switch self {
    case .integer(let number): number
    case .bytes, .status: text.flatMap { Int64($0) }
    case .null, .error, .array: nil
    }
  }

  /// The elements of an array; nil for anything else.
  public var elements: [RedisValue]? { if case .array(let elements) = self { elements } else { nil } }

  /// The value itself.
  /// - Throws: the refusal, if it is one.
  public func get() throws(RedisError) -> RedisValue {
    if case .error(let error) = self { throw error }
    return self
  }
}
