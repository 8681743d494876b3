/// A row's own headers cannot take the place of the relay's, nor of any that begins with `bongsu-`.
enum ReservedHeader {
  static let names: [StaticString] = ["id", "type", "aggregatetype", "lsn", "ordinal", "committed_at"]
  static let prefix: StaticString = "bongsu-"

  static func contains(_ name: RawSpan) -> Bool {
    if starts(name, with: prefix) { return true }
    for reserved in names where reserved.utf8CodeUnitCount == name.byteCount && starts(name, with: reserved) {
      return true
    }
    return false
  }

  private static func starts(_ name: RawSpan, with text: StaticString) -> Bool {
    let bytes = unsafe UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return name.hasPrefix(unsafe bytes.bytes)
  }
}
