import Signing
import Testing

@Suite struct SealTests {
  private let seal = Seal(secret: "a secret")
  private let text = Array("eyJhbGciOi".utf8)

  @Test func `what was sealed opens, and no two sealings are alike`() throws {
    let sealed = try seal.seal(text, context: "apns")
    #expect(try seal.open(sealed, context: "apns") == text)
    #expect(try seal.seal(text, context: "apns") != sealed)
    #expect(try seal.open(seal.seal([], context: ""), context: "").isEmpty)
  }

  @Test func `any changed byte is noticed`() throws {
    let sealed = try seal.seal(text, context: "apns")
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      let error = #expect(throws: SigningError.self) { try seal.open(changed, context: "apns") }
      #expect(error?.code == .notAuthentic)
    }
  }

  @Test func `so is what was cut off, sealed for something else or with another secret`() throws {
    let sealed = try seal.seal(text, context: "apns")
    for count in 0..<sealed.count {
      #expect(throws: SigningError.self) { try seal.open(Array(sealed[..<count]), context: "apns") }
    }
    #expect(throws: SigningError.self) { try seal.open(sealed, context: "fcm") }
    #expect(throws: SigningError.self) { try Seal(secret: "another").open(sealed, context: "apns") }
  }
}
