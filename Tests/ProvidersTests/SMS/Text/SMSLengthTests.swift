import Testing
import Worker

@testable import Providers

@Suite("How long a text is") struct SMSLengthTests {
  private static let tooLong = SendFailure(.permanent, code: "TEXT_TOO_LONG")

  @Test(
    arguments: [
      (String(repeating: "가", count: 45), 90, false), (String(repeating: "가", count: 45) + "a", 91, true),
      (String(repeating: "a", count: 90), 90, false), (String(repeating: "가", count: 1_000), 2_000, true),
    ])
  func `in Korea up to 90 bytes are short and up to 2,000 long`(text: String, bytes: Int, isLong: Bool) throws {
    let length = try SMSLength.korean(text, .cp949)
    #expect(length.bytes == bytes && length.isLong == isLong)
  }

  @Test func `what is longer, or not carried, is refused`() {
    #expect(throws: Self.tooLong) { try SMSLength.korean(String(repeating: "가", count: 1_000) + "a", .cp949) }
    #expect(throws: SendFailure(.permanent, code: "TEXT_NOT_CARRIED")) { try SMSLength.korean("안녕 😀", .cp949) }
  }

  @Test(
    arguments: [
      (160, 1), (161, 2), (306, 2), (307, 3), (1_530, 10), (1_531, 11),
    ])
  func `GSM-7 counts by 160, then by 153`(count: Int, segments: Int) throws {
    #expect(
      try SMSLength.segments(String(repeating: "a", count: count)) == .init(isUCS2: false, count: segments))
  }

  @Test(arguments: [(70, 1), (71, 2), (134, 2), (135, 3), (1_600, 24)])
  func `UCS-2 counts by 70, then by 67`(count: Int, segments: Int) throws {
    #expect(try SMSLength.segments(String(repeating: "가", count: count)) == .init(isUCS2: true, count: segments))
  }

  @Test func `an extension character counts twice, and is not cut in two`() throws {
    #expect(try SMSLength.segments(String(repeating: "€", count: 80)).count == 1)
    #expect(try SMSLength.segments(String(repeating: "€", count: 81)).count == 2)
    // 76 in each, as the 153rd place stays empty.
    #expect(try SMSLength.segments(String(repeating: "€", count: 152)).count == 2)
    #expect(try SMSLength.segments(String(repeating: "€", count: 153)).count == 3)
    for scalar in "^{}\\[~]|€".unicodeScalars { #expect(GSMAlphabet.septets(of: scalar) == 2) }
  }

  @Test func `an emoji makes the whole text UCS-2, counts twice, and is not cut in two`() throws {
    #expect(try SMSLength.segments("a😀") == .init(isUCS2: true, count: 1))
    #expect(try SMSLength.segments(String(repeating: "😀", count: 35)).count == 1)
    #expect(try SMSLength.segments(String(repeating: "😀", count: 66)).count == 2)
    #expect(try SMSLength.segments(String(repeating: "😀", count: 67)).count == 3)
  }

  @Test func `more than 1,600 characters are refused`() {
    #expect(throws: Self.tooLong) { try SMSLength.segments(String(repeating: "a", count: 1_601)) }
    #expect(throws: Self.tooLong) { try SMSLength.segments(String(repeating: "😀", count: 801)) }
  }

  @Test func `the 7-bit alphabet has 128 places`() {
    // The escape is one of them, and stands for nothing itself.
    let basic = (0..<0x3000).compactMap { Unicode.Scalar(UInt32($0)) }.count { GSMAlphabet.septets(of: $0) == 1 }
    #expect(basic == 127)
  }
}
