import Signing
import Testing

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples, and a million of the letter a.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `known answers`(text: String, digest: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest)
  }

  @Test func `small bytes keep their leading zero`() {
    let digest = SHA256.hexadecimal(of: Array("hello10284".utf8))
    #expect(digest == "0006bc9ad4253c42e32b546dc17e5ea3fedaecdabef371b09906cea9387e8695")
  }

  @Test func `the digest is 32 bytes`() { #expect(SHA256.hash([1, 2, 3].span.bytes).count == 32) }
}
