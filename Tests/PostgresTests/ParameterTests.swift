import PGOutput
import Testing

@testable import Postgres

@Suite("Parameters and names")
struct ParameterTests {
  @Test("a zero byte in a text is refused, as libpq would cut the text there")
  func zeroByte() throws {
    let error = #expect(throws: PostgresError.self) { try ParameterList(["a", "b\u{0}c"]) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("$2") == true)
    #expect(throws: Never.self) { try ParameterList([.bytes([0, 1, 0])]) }
  }

  @Test("65,535 parameters are the most")
  func count() {
    #expect(throws: Never.self) { try ParameterList(Array(repeating: .null, count: 65_535)) }
    let error = #expect(throws: PostgresError.self) { try ParameterList(Array(repeating: .null, count: 65_536)) }
    #expect(error?.code == .invalidArgument)
  }

  @Test("null, empty and bytes keep apart on the way to libpq")
  func pointers() throws {
    let list = try ParameterList([.null, "", "봉", .bytes([])])
    list.withPointers { count, values, lengths, formats in
      #expect(count == 4)
      #expect(values?[0] == nil)
      #expect(values?[1].map { String(cString: $0) } == "")
      #expect(values?[2].map { String(cString: $0) } == "봉")
      #expect(values?[3] != nil)
      #expect((0..<4).map { lengths?[$0] } == [0, 0, 3, 0])
      #expect((0..<4).map { formats?[$0] } == [0, 0, 0, 1])
    }
  }

  @Test("literals are values")
  func literals() {
    #expect(("a" as SQLValue) == .text("a"))
    #expect((nil as SQLValue) == .null)
    #expect((7 as SQLValue) == .text("7"))
    #expect(("a\(1)" as SQLValue) == .text("a1"))
  }

  @Test("a slot's name that PostgreSQL would not take is refused", arguments: ["", "A", "a-b", "a\"b", "a b", "é"])
  func slotNames(name: String) {
    #expect(throws: PostgresError.self) { try ReplicationNames.slot(name) }
    #expect(throws: PostgresError.self) { try ReplicationNames.slot(String(repeating: "a", count: 64)) }
  }

  @Test("publication names are quoted twice")
  func publications() throws {
    #expect(try ReplicationNames.publications(["a", "b"]) == "'\"a\",\"b\"'")
    #expect(try ReplicationNames.publications(["it's \"x\""]) == "'\"it''s \"\"x\"\"\"'")
    for names in [[], [""], ["a\u{0}"], [String(repeating: "a", count: 64)]] {
      #expect(throws: PostgresError.self) { try ReplicationNames.publications(names) }
    }
  }
}
