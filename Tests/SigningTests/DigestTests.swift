import Signing
import Testing

@Suite struct HMACSHA256Tests {
  /// RFC 4231, cases 1, 2, 3 and 6.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func `known answers`(key: [UInt8], message: String, code: String) {
    #expect(Hexadecimal.text(HMACSHA256.code(Array(message.utf8), key: key)) == code)
  }

  @Test func `an empty key is a key of its own`() {
    let empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    _ = HMACSHA256.code([1], key: [2])
    #expect(HMACSHA256.hexadecimal("", key: "") == empty)
  }
}

@Suite struct Base64URLTests {
  /// RFC 4648, section 10, without the padding, and the two letters that differ from plain base 64.
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"), ("~~?", "fn4_"), ("~~>", "fn4-"),
  ])
  func `there and back`(text: String, encoded: String) {
    #expect(Base64URL.encode(Array(text.utf8)) == encoded)
    #expect(Base64URL.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: ["Zg==", "Zh", "Z", "Zm9v+", "Zm 9", "é"])
  func `what it never writes it does not read`(text: String) { #expect(Base64URL.decode(text) == nil) }
}

@Suite struct NameUUIDTests {
  private static let dns: [UInt8] = [
    0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
  ]

  @Test func `RFC 9562's example`() {
    #expect(
      NameUUID.text(namespace: Self.dns, name: Array("www.example.com".utf8)) == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  }

  @Test func `another name or namespace is another id`() {
    let ids = [("a", Self.dns), ("b", Self.dns), ("a", [UInt8](repeating: 0, count: 16))].map { name, space in
      NameUUID.text(namespace: space, name: Array(name.utf8))
    }
    #expect(Set(ids).count == 3)
  }
}

@Suite struct ConstantTimeTests {
  @Test func `bytes and lengths count`() {
    #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
    #expect(ConstantTime.equal([], []))
    #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
    #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
  }
}
