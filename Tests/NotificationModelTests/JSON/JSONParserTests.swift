import Foundation
import NotificationModel
import Testing

@Suite("Reading JSON") struct JSONParserTests {
  private static func parse(_ text: String) -> JSONValue? { try? JSONParser.parse(Array(text.utf8)) }

  private static func isJSON(_ bytes: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
  }

  @Test func `every kind of value is read as it is written`() {
    let text = #" {"a" : [1, -0.5e+3, true, false, null, ""], "b": {}, "c": [], "가": "\u00e9\n\"\\\/\b\f\r\t"} "#
    let expected: JSONValue = [
      "a": [1, .number("-0.5e+3"), true, false, .null, ""], "b": [:], "c": [], "가": "é\n\"\\/\u{8}\u{C}\r\t",
    ]
    #expect(Self.parse(text) == expected)
  }

  @Test(
    arguments: [
      ("\"\\ud83d\\ude00\"", "😀"), ("\"\\uD83D\\uDE00\"", "😀"), ("\"\\u0000\"", "\u{0}"), ("\"\u{7F}\"", "\u{7F}"),
      ("\"a\\u0041\"", "aA"),
    ])
  func `escapes are characters`(json: String, text: String) { #expect(Self.parse(json) == .text(text)) }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "01", "-", "1.", ".5", "1e",
    "1e+",
    "+1", "NaN", "Infinity", "tru", "nul", "'a'", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"\u{1F}\"",
    "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"", "1 1", "[]]", "{\"a\":1}x", "// a\n1",
    "\u{FEFF}1",
  ])
  func `what is no JSON is refused`(text: String) { #expect(Self.parse(text) == nil) }

  @Test func `a fault is told by its byte`() {
    let error = #expect(throws: JSONParseError.self) { try JSONParser.parse(Array(#"{"a": [1, x]}"#.utf8)) }
    #expect(error?.offset == 10)
  }

  @Test func `bytes that are no UTF-8 are refused, in a value as in a name`() {
    for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]] {
      #expect(throws: JSONParseError.self) { try JSONParser.parse(bytes) }
      #expect(throws: JSONParseError.self) { try JSONParser.parse([0x7B] + bytes + Array(":1}".utf8)) }
    }
  }

  @Test func `it goes down 512 levels, and neither 513 nor 100,000 harm it`() {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      func nested(_ depth: Int) -> String {
        String(repeating: open, count: depth) + (open == "[" ? "" : "1") + String(repeating: close, count: depth)
      }
      #expect(Self.parse(nested(512)) != nil)
      #expect(Self.parse(nested(513)) == nil)
      #expect(Self.parse(nested(100_000)) == nil)
      #expect(Self.parse(String(repeating: open, count: 100_000)) == nil)
    }
  }

  @Test func `of members with one name the last counts, and numbers keep their digits`() {
    #expect(Self.parse(#"{"a": 1, "a": 2}"#) == ["a": 2])
    let long = String(repeating: "9", count: 400)
    #expect(Self.parse(long) == .number(long) && Self.parse("1e400") == .number("1e400"))
  }

  @Test func `a text of 10 MB is read whole`() {
    let text = String(repeating: "가", count: 10_000_000 / 3)
    #expect(Self.parse("\"\(text)\"") == .text(text))
  }

  @Test func `random documents are read as they were, and broken ones judged as Foundation judges them`() throws {
    var random = RandomJSON(seed: 6)
    var (valid, invalid) = (0, 0)
    for _ in 0..<3_000 {
      let value = random.value()
      let bytes = Array(try JSONEncoder().encode(value))
      #expect(try JSONParser.parse(bytes) == value)
      let broken = random.mutated(bytes)
      // Foundation takes a comma before a brace, and no number that a Double cannot hold.
      let text = String(decoding: broken, as: UTF8.self)
      if text.contains(/,\s*}/) || text.contains(/[eE]\+?[0-9]{3}/) { continue }
      let isJSON = Self.isJSON(broken)
      if isJSON { valid += 1 } else { invalid += 1 }
      let parsed = try? JSONParser.parse(broken)
      #expect((parsed != nil) == isJSON, "\(text.debugDescription)")
    }
    #expect(valid > 300 && invalid > 300, "\(valid) \(invalid)")
  }
}
