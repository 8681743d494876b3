import Glibc

/// How Korean carriers write text.
public enum KoreanCodePage: Sendable, Hashable {
  /// KS X 1001: 2,350 Hangul syllables. What the vendors' pages name.
  case eucKR
  /// Microsoft's extension of it, with all 11,172 syllables.
  case cp949

  /// Whether this machine has it.
  public var isThere: Bool { table != nil }

  /// - Returns: 1 or 2; nil for what it does not carry, as emoji.
  public func bytes(of scalar: Unicode.Scalar) -> Int? {
    guard let table, scalar.value < 0x1_0000 else { return nil }
    let width = table[Int(scalar.value)]
    return width == 0 ? nil : Int(width)
  }

  /// - Returns: nil where one of its characters is not carried.
  public func bytes(of text: String) -> Int? {
    var sum = 0
    for scalar in text.unicodeScalars {
      guard let width = bytes(of: scalar) else { return nil }
      sum += width
    }
    return sum
  }

  private var table: [UInt8]? {
    switch self {
    case .eucKR: Self.eucKRTable
    case .cp949: Self.cp949Table
    }
  }

  private static let eucKRTable = widths("EUC-KR")
  private static let cp949Table = widths("UHC")

  /// Of all characters below U+10000, asked of iconv once: its handles belong to one thread each, a table to all.
  private static func widths(_ name: String) -> [UInt8]? {
    guard let handle = iconv_open(name, "UCS-4LE"), handle != iconv_t(bitPattern: -1) else { return nil }
    defer { iconv_close(handle) }
    return (0..<0x1_0000).map { width(UInt32($0), handle) }
  }

  private static func width(_ value: UInt32, _ handle: iconv_t) -> UInt8 {
    guard Unicode.Scalar(value) != nil else { return 0 }
    var (input, output) = (value.littleEndian, UInt64(0))
    let left = withUnsafeMutableBytes(of: &input) { input in
      withUnsafeMutableBytes(of: &output) { output -> Int? in
        var from = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        var (fromLeft, toLeft) = (input.count, output.count)
        return iconv(handle, &from, &fromLeft, &to, &toLeft) == 0 && fromLeft == 0 ? toLeft : nil
      }
    }
    // Neither code page has a state that a failure could leave behind.
    return left.map { UInt8(8 - $0) } ?? 0
  }
}
