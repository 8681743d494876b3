import Testing

@testable import Providers

@Suite("Korean code pages") struct KoreanCodePageTests {
  private static let syllables = (0xAC00...0xD7A3).compactMap { Unicode.Scalar(UInt32($0)) }

  @Test func `KS X 1001 has 2,350 syllables, its extension all, in two bytes each`() {
    #expect(Self.syllables.count { KoreanCodePage.eucKR.bytes(of: $0) == 2 } == 2_350)
    #expect(Self.syllables.count { KoreanCodePage.eucKR.bytes(of: $0) == nil } == 11_172 - 2_350)
    #expect(Self.syllables.count { KoreanCodePage.cp949.bytes(of: $0) == 2 } == 11_172)
  }

  @Test(arguments: [KoreanCodePage.eucKR, .cp949])
  func `ASCII is one byte, other signs two, and emoji are not there`(page: KoreanCodePage) {
    #expect((0x20..<0x7F).allSatisfy { page.bytes(of: Unicode.Scalar(UInt8($0))) == 1 })
    #expect(page.bytes(of: "가나a\n漢①") == 10)
    for text in ["😀", "👍🏽", "é", "\u{200D}", "\u{1100}\u{1161}", "a\u{FE0F}"] { #expect(page.bytes(of: text) == nil) }
    #expect(page.bytes(of: "") == 0)
    #expect(page.isThere)
  }

  @Test func `a rare syllable is told by the narrow page alone`() {
    #expect(KoreanCodePage.eucKR.bytes(of: "똠") == nil)
    #expect(KoreanCodePage.cp949.bytes(of: "똠") == 2)
  }
}
