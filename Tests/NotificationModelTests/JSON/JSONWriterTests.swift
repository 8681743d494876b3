import Foundation
import NotificationModel
import Testing

@Suite("Writing JSON") struct JSONWriterTests {
  private static func written(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { $0.member("text", text) }
    return writer.bytes
  }

  @Test func `every character comes back, by Foundation's reader and by ours`() throws {
    let scalars = (0...0x2FFF).compactMap(Unicode.Scalar.init) + ["가", "\u{FFFF}", "😀", "\u{10FFFF}"]
    for scalar in scalars {
      let bytes = Self.written("a\(scalar)b")
      let read = try JSONDecoder().decode([String: String].self, from: Data(bytes))
      #expect(read["text"].map { Array($0.unicodeScalars) } == ["a", scalar, "b"], "\(scalar.value)")
      #expect(try JSONParser.parse(bytes) == ["text": .text("a\(scalar)b")], "\(scalar.value)")
    }
  }

  @Test func `members are written in their order, and none for what is not there`() {
    var writer = JSONWriter()
    writer.object {
      $0.member("a", 1)
      $0.member("none", nil as String?)
      $0.member("b", true)
      $0.member("none", nil as Int?)
      $0.member("c") { _ in }
      $0.member("d") { $0.member("e", UnixTime(milliseconds: -5)) }
      $0.member("none", nil as UnixTime?)
      $0.member("f", Int64.min)
    }
    let text = String(decoding: writer.bytes, as: UTF8.self)
    #expect(text == #"{"a":1,"b":true,"c":{},"d":{"e":-5},"f":-9223372036854775808}"#)
  }
}
