/// Which addresses a request to somebody else's URL may go to: the public internet's, so that a URL cannot make this
/// machine call its own network (server-side request forgery). It looks at the address that the name came to, so a name
/// cannot change its mind.
public enum AddressGuard {
  /// - Parameter bytes: 4 of IPv4 or 16 of IPv6, in network order.
  public static func isPublic(_ bytes: [UInt8]) -> Bool {
    switch bytes.count {
    case 4: isPublic4(bytes)
    case 16: isPublic6(bytes)
    default: false
    }
  }

  /// Plaintext is for this machine alone, whatever its name stands for.
  static func mayCall(_ address: [UInt8], isPlaintext: Bool, isGuarded: Bool) -> Bool {
    (!isGuarded || isPublic(address)) && (!isPlaintext || isThisMachine(address))
  }

  static func isThisMachine(_ bytes: [UInt8]) -> Bool {
    bytes.count == 4 && bytes[0] == 127 || bytes == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// IANA's special-purpose registry.
  private static func isPublic4(_ bytes: [UInt8]) -> Bool {
    switch (bytes[0], bytes[1], bytes[2]) {
    case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): false
    case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): false
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): false
    default: true
    }
  }

  private static func isPublic6(_ bytes: [UInt8]) -> Bool {
    // What carries an IPv4 address is judged by that: mapped, and NAT64.
    if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) { return isPublic4(Array(bytes[12...])) }
    if bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return isPublic4(Array(bytes[12...])) }
    if bytes.starts(with: [0x20, 0x02]) { return isPublic4(Array(bytes[2..<6])) }
    // Global unicast is 2000::/3, without Teredo and the documentation's.
    return bytes[0] & 0xE0 == 0x20 && !bytes.starts(with: [0x20, 0x01, 0, 0])
      && !bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8])
  }
}
