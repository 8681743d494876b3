/// A part of a command: its name, a key, a value.
public enum RedisArgument: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral
{
  case text(String)
  case bytes([UInt8])

  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int) { self = .text(String(value)) }
}

/// One command of a pipeline.
public struct RedisCommand: Sendable {
  var parts: [RedisArgument]
  /// What EVALSHA names by its digest; `parts` are then the number of keys, the keys and the arguments.
  var script: RedisScript?

  /// As `RedisCommand("SET", "key", "value")`.
  public init(_ parts: RedisArgument...) { self.init(parts) }

  public init(_ parts: [RedisArgument]) { self.parts = parts }

  /// Runs a script. In Redis a script is one step: nothing else happens meanwhile.
  public init(_ script: RedisScript, keys: [String] = [], arguments: [RedisArgument] = []) {
    parts = [.text(String(keys.count))] + keys.map { .text($0) } + arguments
    self.script = script
  }
}

/// A script in Lua. It travels once; after that Redis is told its digest.
public struct RedisScript: Sendable, Hashable {
  public let source: String

  public init(_ source: String) { self.source = source }

  /// A process has a handful, each looked up with every use: their lengths tell them apart for a thousandth of the price.
  public func hash(into hasher: inout Hasher) { hasher.combine(source.utf8.count) }
}

/// Commands as they go over the wire.
struct CommandBytes {
  private(set) var bytes: [UInt8] = []

  /// Redis refuses more than a million parts and, unless told otherwise, a part over half a gigabyte.
  static let partsLimit = 1_048_576
  static let partBytesLimit = 512 << 20

  mutating func append(_ parts: [RedisArgument]) throws(RedisError) {
    guard (1...Self.partsLimit).contains(parts.count) else {
      throw RedisError(.invalidArgument, "a command of Redis has 1 to \(Self.partsLimit) parts, not \(parts.count)")
    }
    line("*", parts.count)
    for part in parts {
      switch part {
      case .text(let text): try append(text.utf8)
      case .bytes(let part): try append(part)
      }
    }
  }

  private mutating func append(_ part: some Collection<UInt8>) throws(RedisError) {
    guard part.count <= Self.partBytesLimit else {
      throw RedisError(.invalidArgument, "a part of a command is over \(Self.partBytesLimit >> 20) MB")
    }
    line("$", part.count)
    bytes.append(contentsOf: part)
    bytes.append(contentsOf: Self.end)
  }

  private mutating func line(_ mark: Unicode.Scalar, _ count: Int) {
    bytes.append(UInt8(ascii: mark))
    bytes.append(contentsOf: String(count).utf8)
    bytes.append(contentsOf: Self.end)
  }

  private static let end = Array("\r\n".utf8)
}
