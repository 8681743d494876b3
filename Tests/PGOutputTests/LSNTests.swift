import PGOutput
import Testing

@Suite("LSN")
struct LSNTests {
  @Test(
    "a position is written and read as PostgreSQL does",
    arguments: [
      ("0/0", 0), ("16/B374D848", 0x16_B374_D848), ("0/FFFFFFFF", 0xFFFF_FFFF), ("1/0", 0x1_0000_0000),
      ("FFFFFFFF/FFFFFFFF", UInt64.max),
    ])
  func text(text: String, value: UInt64) {
    #expect(LSN(text) == LSN(rawValue: value))
    #expect(LSN(rawValue: value).description == text)
  }

  @Test("small letters and leading zeros are read too")
  func lenient() { #expect(LSN("016/b374d848") == LSN(rawValue: 0x16_B374_D848)) }

  @Test(
    "what is no position gives nil",
    arguments: [
      "", "/", "0", "0/", "/0", "0/0/0", "g/0", "0/-1", "+1/0", "0/+1", " 0/0", "0/000000000", "0x1/0", "0/٣",
    ])
  func refused(text: String) { #expect(LSN(text) == nil) }

  @Test("positions are ordered by their number and not by their text")
  func order() throws {
    #expect(try #require(LSN("9/0")) < #require(LSN("10/0")))
    #expect(LSN.zero < LSN(rawValue: 1))
  }
}
