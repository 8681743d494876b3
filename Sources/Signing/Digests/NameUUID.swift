import COpenSSL

/// Identifiers that follow from a name (UUID version 5, RFC 9562 section 5.5): the same name, the same id.
public enum NameUUID {
  /// - Parameters:
  ///   - namespace: the 16 bytes of another UUID, which keeps the names of one purpose from those of another.
  ///   - name: any bytes.
  /// - Returns: 36 characters, small letters.
  public static func text(namespace: [UInt8], name: [UInt8]) -> String {
    precondition(namespace.count == 16, "a namespace is a UUID's 16 bytes")
    var bytes = [UInt8](repeating: 0, count: 20)
    let input = namespace + name
    let done = unsafe EVP_Digest(input, input.count, &bytes, nil, EVP_sha1(), nil)
    precondition(done == 1, "OpenSSL has no SHA-1")
    bytes[6] = bytes[6] & 0x0f | 0x50
    bytes[8] = bytes[8] & 0x3f | 0x80
    return unsafe String(unsafeUninitializedCapacity: 36) { text in
      var at = 0
      for (index, byte) in bytes[..<16].enumerated() {
        if index == 4 || index == 6 || index == 8 || index == 10 {
          unsafe text[at] = UInt8(ascii: "-")
          at += 1
        }
        unsafe text[at] = digits[Int(byte >> 4)]
        unsafe text[at + 1] = digits[Int(byte & 0xF)]
        at += 2
      }
      return at
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
