/// A file of entries, each with its length and checksum before it; what is torn at its end is cut off at the start.
struct Journal {
  static let header = 8

  static func frame(_ entry: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(header + entry.count)
    bytes.append(integer: UInt32(entry.count))
    bytes.append(integer: CRC32C.checksum(entry.raw))
    return bytes + entry
  }

  /// Reads entries up to the first that is not whole, and cuts the file there.
  /// - Returns: what was cut off, in bytes.
  static func recover(_ file: AppendOnlyFile, _ take: ([UInt8]) -> Void) throws(LogError) -> Int {
    let bytes = try file.read(file.size, at: 0)
    var position = 0
    while let entry = entry(in: bytes, at: position) {
      take(entry)
      position += header + entry.count
    }
    let torn = file.size - position
    if torn > 0 { try file.truncate(to: position) }
    return torn
  }

  private static func entry(in bytes: [UInt8], at position: Int) -> [UInt8]? {
    guard bytes.count - position >= header else { return nil }
    let length = Int(bytes.integer(UInt32.self, at: position))
    // No entry is empty: zeros are what a torn file ends with.
    guard length > 0, bytes.count - position - header >= length else { return nil }
    let entry = Array(bytes[position + header..<position + header + length])
    return CRC32C.checksum(entry.raw) == bytes.integer(UInt32.self, at: position + 4) ? entry : nil
  }
}

/// Reads the fields of an entry of ours; nil past its end.
struct FieldReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T? {
    guard bytes.count - position >= MemoryLayout<T>.size else { return nil }
    defer { position += MemoryLayout<T>.size }
    return bytes.integer(type, at: position)
  }

  mutating func text() -> String? {
    guard let length = integer(UInt32.self).map(Int.init), bytes.count - position >= length else { return nil }
    defer { position += length }
    return String(decoding: bytes[position..<position + length], as: UTF8.self)
  }
}

extension [UInt8] {
  mutating func append(text: String) {
    append(integer: UInt32(text.utf8.count))
    append(contentsOf: text.utf8)
  }
}
