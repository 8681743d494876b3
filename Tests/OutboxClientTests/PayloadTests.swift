import Foundation
import Testing

@testable import OutboxClient

@Suite("Payloads")
struct PayloadTests {
  private struct Shipped: Encodable {
    var order = 7
    var link = "https://shop.example/7"
    var at = Date(timeIntervalSince1970: 0)
    var amount = 12.5
    var note: String?
  }

  @Test func `a typed payload becomes JSON with ISO 8601 dates`() throws {
    let json = try OutboxPayload(encoding: Shipped()).json
    for part in [#""order":7"#, #""link":"https://shop.example/7""#, #""at":"1970-01-01T00:00:00Z""#] {
      #expect(json.contains(part))
    }
    #expect(!json.contains("note"))
  }

  @Test func `single values and empty ones are payloads`() throws {
    #expect(try OutboxPayload(encoding: "주문").json == #""주문""#)
    #expect(try OutboxPayload(encoding: 7).json == "7")
    #expect(try OutboxPayload(json: " null ").json == " null ")
    #expect(try OutboxPayload(json: "{}").json == "{}")
  }

  @Test func `a value that JSON has no form for is refused with its place and without its text`() {
    let error = #expect(throws: OutboxError.self) { try OutboxPayload(encoding: ["total": Shipped(amount: .infinity)]) }
    #expect(error?.code == .invalidPayload)
    #expect(error?.description.hasSuffix("at total.amount") == true)
  }

  @Test func `what a payload's own encoding throws is kept as the cause alone`() {
    struct Refusal: Error {}
    struct Stubborn: Encodable { func encode(to encoder: any Encoder) throws { throw Refusal() } }
    let error = #expect(throws: OutboxError.self) { try OutboxPayload(encoding: Stubborn()) }
    #expect(error?.cause is Refusal)
  }

  @Test func `a zero character is refused in typed values and in text`() {
    for make in [
      { try OutboxPayload(encoding: ["name": "a\u{0}b"]) }, { try OutboxPayload(json: #"{"name": "a\u0000b"}"#) },
      { try OutboxPayload(json: #"{"a\u0000b": 1}"#) },
    ] {
      let error = #expect(throws: OutboxError.self) { try make() }
      #expect(error?.code == .invalidPayload)
      #expect(error?.description.contains("\\u0000") == true)
    }
  }

  @Test(arguments: [#""\ud83d""#, #""\ude42""#, #""\ud83dx""#, #""\ud83d\ud83d""#, #""\ud83d\n""#])
  func `half a surrogate pair is refused`(json: String) {
    let error = #expect(throws: OutboxError.self) { try OutboxPayload(json: json) }
    #expect(error?.description.contains("surrogate") == true)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "[1 2]", "tru", "nullx", "01", "1.", ".5",
    "+1", "1e", "-", "NaN", #"""#, #""\x""#, #""\u12g4""#, #""\u123""#, "\"a\nb\"", "'a'", "1 1", "{}{}",
  ])
  func `what is no JSON is refused with the place`(json: String) {
    let error = #expect(throws: OutboxError.self) { try OutboxPayload(json: json) }
    #expect(error?.description.hasPrefix("the payload is no JSON: see byte ") == true)
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    let error = #expect(throws: OutboxError.self) { try OutboxPayload(json: [0x22, 0xFF, 0x22]) }
    #expect(error?.description == "the payload is no UTF-8")
  }

  @Test func `nesting and numbers that PostgreSQL might refuse are refused here`() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try OutboxPayload(json: nested(512))
    _ = try OutboxPayload(json: "1e9000")
    for json in [nested(513), nested(100_000), "1e10000", "1e-10000", "1e99999999999999999999"] {
      let error = #expect(throws: OutboxError.self) { try OutboxPayload(json: json) }
      #expect(error?.code == .invalidPayload)
    }
  }

  @Test func `the limit is 900,000 bytes as PostgreSQL prints them`() throws {
    func text(_ bytes: Int) -> String { "\"\(String(repeating: "x", count: bytes - 2))\"" }
    _ = try OutboxPayload(json: text(900_000))
    _ = try OutboxPayload(json: text(900_000) + String(repeating: " ", count: 1_000))
    let ones = "[" + String(repeating: "1,", count: 400_000) + "1]"  // three bytes each, once printed
    for json in [text(900_001), ones] {
      let error = #expect(throws: OutboxError.self) { try OutboxPayload(json: json) }
      #expect(error?.code == .payloadTooLarge)
      #expect(error?.description.contains("900000") == true)
    }
  }
}
