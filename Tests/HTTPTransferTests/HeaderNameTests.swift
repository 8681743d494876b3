import Testing

@testable import HTTPTransfer

@Suite("A header that is looked for") struct HeaderNameTests {
  @Test(arguments: [
    ("Retry-After", true), ("retry-after", true), ("RETRY-AFTER", true), ("Retry-Afte", false), ("Retry-Afters", false),
    ("Retry\u{D}After", false), ("", false),
  ])
  func `is found in letters of whatever size`(name: String, isIt: Bool) {
    #expect(HeaderName("retry-after").isName(Array(name.utf8)) == isIt)
  }

  @Test(arguments: [
    (" 12 \r\n", "12"), ("12", "12"), ("\t a b \r\n", "a b"), ("\r\n", ""), ("", ""), (" 가 ", "가"),
  ])
  func `has its value without the spaces around it`(line: String, value: String) {
    #expect(HeaderName.value(Array(line.utf8)) == value)
  }
}
