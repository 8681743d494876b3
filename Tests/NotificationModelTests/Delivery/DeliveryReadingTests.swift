import Foundation
import NotificationModel
import Testing

/// The reader of the hot path, held against Codable.
@Suite("Reading a delivery") struct DeliveryReadingTests {
  private static func written(_ delivery: Delivery) -> [UInt8] {
    var writer = JSONWriter()
    delivery.write(to: &writer)
    return writer.bytes
  }

  private static func read(_ text: String) -> Delivery? { try? Delivery(json: Array(text.utf8)) }

  /// What Codable takes of what is JSON: Foundation by itself also takes a comma before a brace, and bytes that are no
  /// UTF-8 where nobody looks at them.
  private static func expected(_ bytes: [UInt8]) -> Delivery? {
    guard (try? JSONParser.parse(bytes)) != nil else { return nil }
    return try? JSONDecoder().decode(Delivery.self, from: Data(bytes))
  }

  @Test func `random deliveries are read as they were`() throws {
    var random = RandomDelivery(seed: 1)
    for _ in 0..<2_000 {
      let delivery = random.delivery()
      #expect(try Delivery(json: Self.written(delivery)) == delivery)
      #expect(try Delivery(json: Array(try JSONEncoder().encode(delivery))) == delivery)
    }
  }

  @Test func `what one wrong byte makes of them is judged as Codable judges it`() {
    var random = RandomDelivery(seed: 2)
    var (valid, invalid) = (0, 0)
    for _ in 0..<6_000 {
      let bytes = random.json.mutated(Self.written(random.delivery()))
      let expected = Self.expected(bytes)
      if expected == nil { invalid += 1 } else { valid += 1 }
      #expect((try? Delivery(json: bytes)) == expected, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    #expect(valid > 1_000 && invalid > 1_000, "\(valid) \(invalid)")
  }

  /// Each member in turn is left out, null, or of another kind.
  @Test func `what is missing or of another kind is judged as Codable judges it`() throws {
    var random = RandomDelivery(seed: 3)
    var (valid, invalid) = (0, 0)
    for _ in 0..<400 {
      let tree = try JSONParser.parse(Self.written(random.delivery()))
      for value in [nil, .null, random.json.value()] as [JSONValue?] {
        let changed = random.changed(tree, to: value)
        let bytes = Array(try JSONEncoder().encode(changed))
        let expected = Self.expected(bytes)
        if expected == nil { invalid += 1 } else { valid += 1 }
        #expect((try? Delivery(json: bytes)) == expected, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(valid > 200 && invalid > 200, "\(valid) \(invalid)")
  }

  @Test(arguments: ["1", "-0", "1.0", "10e-1", "1.5", "1e400", "9223372036854775808", "\"1\"", "true", "01", "[]"])
  func `a number is taken as Codable takes it`(number: String) throws {
    let text = String(decoding: Self.written(WireFormTests.delivery), as: UTF8.self)
      .replacing(#""replay":0"#, with: #""replay":\#(number)"#)
    #expect(Self.read(text) == Self.expected(Array(text.utf8)))
  }

  @Test func `members that are not known are passed over, whatever they hold`() {
    let known = WireFormTests.deliveryText.dropLast()
    #expect(Self.read(known + #","more":{"a":[1,{"b":null}],"c":"\u00e9","d":[true,false,-1.5e3,[],{}]}}"#) != nil)
    for broken in [#""more":[1,}"#, #""more":tru}"#, #""more":{"a"}}"#, "1}", #""more":1} x"#] {
      #expect(Self.read(known + "," + broken) == nil, "\(broken)")
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(Self.read(known + #","more":"# + deep) == nil)
  }
}
