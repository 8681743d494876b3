import CLibPQ

/// A statement's parameters as libpq takes them, in one piece of memory.
struct ParameterList {
  private var storage: [UInt8] = []
  /// Where each begins in `storage`; nil for null.
  private var starts: [Int?] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []

  /// What libpq takes for `$1 …`: count, values, lengths, formats. The pointers end with the call.
  typealias Call<R> = (
    Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> R

  /// PostgreSQL's largest value, one gigabyte less one.
  private static let longest = 0x3FFF_FFFF

  /// - Throws: `invalidArgument` for what libpq would send cut short, or not at all.
  init(_ values: [SQLValue]) throws(PostgresError) {
    guard values.count <= Int(UInt16.max) else {
      throw PostgresError(.invalidArgument, "a statement takes at most 65535 parameters, not \(values.count)")
    }
    for value in values {
      switch value {
      case .null: append(nil, length: 0, format: 0)
      case .text(let text): try append(text: text)
      case .bytes(let bytes):
        try Self.check(bytes.count)
        append(storage.count, length: bytes.count, format: 1)
        storage += bytes
        storage.append(0)
      }
    }
  }

  private mutating func append(text: String) throws(PostgresError) {
    let bytes = text.utf8
    try Self.check(bytes.count)
    let start = storage.count
    storage.append(contentsOf: bytes)
    guard !storage[start...].contains(0) else {
      throw PostgresError(.invalidArgument, "parameter $\(starts.count + 1) holds a zero byte, which text cannot")
    }
    storage.append(0)
    append(start, length: bytes.count, format: 0)
  }

  private mutating func append(_ start: Int?, length: Int, format: Int32) {
    starts.append(start)
    lengths.append(Int32(length))
    formats.append(format)
  }

  private static func check(_ count: Int) throws(PostgresError) {
    guard count <= longest else { throw PostgresError(.invalidArgument, "a parameter is over one gigabyte") }
  }

  func withPointers<R>(_ body: Call<R>) -> R {
    unsafe storage.withUnsafeBytes { raw in
      let base = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self)
      var values: [UnsafePointer<CChar>?] = unsafe []
      for start in starts {
        guard let start else {
          unsafe values.append(nil)
          continue
        }
        unsafe values.append(base?.advanced(by: start))
      }
      return unsafe body(Int32(starts.count), values, lengths, formats)
    }
  }
}
