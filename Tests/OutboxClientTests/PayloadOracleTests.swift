import Postgres
import TestSupport
import Testing

@testable import OutboxClient

@Suite("Payloads beside PostgreSQL's jsonb", .requires(.postgres))
struct PayloadOracleTests {
  private static let samples = [
    #"{"a": [1, 2.50, -0, 1e3, 1E-3, true, false, null], "b": {"c": {}, "d": []}, "e": "x\/y\"\\\b\f\n\r\t"}"#,
    #"["\u0001\u001f\u0020\u0022\u005c\u007f\u00e9\u20ac\ud83d\ude42", "é€🙂", "\u007F"]"#, " [ 1 ,\n2\t] ", #""""#, "0",
  ]

  @Test(arguments: samples)
  func `the size is that of jsonb's own text`(json: String) throws {
    let connection = try PostgresFixture.connection()
    let printed = try connection.execute("SELECT octet_length($1::text::jsonb::text)", [.text(json)]).scalar
    #expect(try JSONCheck.printedSize(of: Array(json.utf8)) >= Int(printed ?? "") ?? .max)
    if !json.contains("1e3") {
      #expect(try JSONCheck.printedSize(of: Array(json.utf8)) == Int(printed ?? ""))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `what is taken here PostgreSQL takes, and what is refused it refuses`(seed: UInt64) throws {
    let connection = try PostgresFixture.connection()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<400 {
      let text = Self.mutated(Self.samples.randomElement(using: &random)!, &random)
      let isTaken = (try? JSONCheck.printedSize(of: Array(text.utf8))) != nil
      let isStored = (try? connection.execute("SELECT $1::text::jsonb", [.text(text)])) != nil
      #expect(isTaken == isStored, "\(text.debugDescription)")
    }
  }

  /// One to three characters changed, added or taken away.
  private static func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
    let spare = Array(#"{}[],:"\u0d8e1-+.tn /"#) + ["\u{1}", "\n", "é"]
    var characters = Array(text)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0...characters.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: characters.insert(spare.randomElement(using: &random)!, at: place)
      case 1 where place < characters.count: characters.remove(at: place)
      default: if place < characters.count { characters[place] = spare.randomElement(using: &random)! }
      }
    }
    return String(characters)
  }
}
