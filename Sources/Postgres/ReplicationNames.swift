/// Names that go into replication commands, which take no parameters.
enum ReplicationNames {
  /// PostgreSQL's own rule for slots: small letters, digits and underscores, 63 at most.
  static func slot(_ name: String) throws(PostgresError) -> String {
    let isValid = name.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
    guard isValid, (1...63).contains(name.utf8.count) else {
      throw PostgresError(
        .configuration, "a slot's name is 1 to 63 small letters, digits and underscores; this one is not")
    }
    return "\"\(name)\""
  }

  /// A list of quoted names inside a string literal: both kinds of quotes are doubled.
  static func publications(_ names: [String]) throws(PostgresError) -> String {
    guard !names.isEmpty else { throw PostgresError(.configuration, "a stream needs a publication") }
    for name in names where !(1...63).contains(name.utf8.count) || name.unicodeScalars.contains(where: isControl) {
      throw PostgresError(.configuration, "a publication's name is 1 to 63 bytes without control characters")
    }
    let list = names.map(SQLIdentifier.quoted).joined(separator: ",")
    return "'\(SQLIdentifier.doubled("'", in: list))'"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7F }
}
