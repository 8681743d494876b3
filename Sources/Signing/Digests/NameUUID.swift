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
    let digits = Hexadecimal.text(Array(bytes[..<16]))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    return text
  }
}
