import Testing

@testable import Relay

@Suite("The headers column")
struct HeaderScannerTests {
  private func scan(_ json: String) throws -> [String] {
    var scanner = HeaderScanner()
    var found: [String] = []
    let bytes = Array(json.utf8)
    try scanner.scan(bytes.rawBytes) { name, value in
      if let value { found.append("\(name.text)=\(value.text)") } else { found.append(name.text) }
    }
    return found
  }

  private func isReserved(_ name: String) -> Bool { ReservedHeader.contains(Array(name.utf8).rawBytes) }

  @Test("strings lose their quotes, null is a header without a value, the rest keeps its JSON")
  func kinds() throws {
    let json = #" {"a" : "x", "b":null,"c":[1, {"d":"]"}],"e":-1.5e3,"f":true ,"g":""} "#
    #expect(try scan(json) == ["a=x", "b", #"c=[1, {"d":"]"}]"#, "e=-1.5e3", "f=true", "g="])
  }

  @Test("escapes are resolved, and a lone surrogate becomes U+FFFD")
  func escapes() throws {
    #expect(try scan(#"{"a":"\"\\\/\n\u00e9\ud83d\ude00\ud83d"}"#) == ["a=\"\\/\n\u{e9}\u{1F600}\u{FFFD}"])
    #expect(try scan(#"{"a":"x\u0000y"}"#) == ["a=x\u{0}y"])
  }

  @Test("an empty object has no headers")
  func empty() throws { #expect(try scan("{ }").isEmpty) }

  @Test(
    "what is no object is refused",
    arguments: ["", "[]", "1", "null", #"{"a":1"#, #"{"a"}"#, #"{"a":}"#, #"{a:1}"#, "{} x", #"{"a":"\x"}"#])
  func malformed(json: String) { #expect(throws: HeaderScanner.Fault.self) { try scan(json) } }

  @Test("nesting has a limit")
  func deep() {
    let json = "{\"a\":" + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}"
    #expect(throws: HeaderScanner.Fault.tooDeep) { try scan(json) }
  }

  @Test("the relay's own names and its prefix are reserved")
  func reserved() {
    for name in ["id", "lsn", "ordinal", "bongsu-attempt"] {
      #expect(isReserved(name))
    }
    for name in ["ids", "bongs", "traceparent"] { #expect(!isReserved(name)) }
  }
}
