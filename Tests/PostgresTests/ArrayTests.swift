import TestSupport
import Testing

@testable import Postgres

@Suite("Arrays")
struct ArrayTests {
  /// What an array's text could break on.
  static let texts = [
    "", " ", "NULL", "null", "a,b", "{}", "{a}", "\"", "\\", "\\\"", "a\\", "it's", "a\nb\t", "봉수 🔥", "e\u{301}",
    "\"\u{301}", "\\\u{301}", "\r\n", "$1", "'; DROP TABLE t; --",
  ]

  @Test("texts are quoted, whatever they are")
  func quoted() {
    #expect(SQLValue.array(["a", "b"]) == #"{"a","b"}"#)
    #expect(SQLValue.array(["", "NULL", "a,b"]) == #"{"","NULL","a,b"}"#)
    #expect(SQLValue.array([#"say "hi""#, #"a\b"#]) == #"{"say \"hi\"","a\\b"}"#)
    // One character each, and yet no less a quotation mark and a backslash.
    #expect(SQLValue.array(["\"\u{301}", "\\\u{301}"]) == .text("{\"\\\"\u{301}\",\"\\\\\u{301}\"}"))
    #expect(SQLValue.array([String]()) == "{}")
  }

  @Test("numbers need no quotation marks")
  func numbers() {
    #expect(SQLValue.array([1, -2, Int64.max, .min]) == "{1,-2,9223372036854775807,-9223372036854775808}")
    #expect(SQLValue.array([Int64]()) == "{}")
  }

  @Test("what is missing is null, and no text is")
  func nulls() {
    var texts = SQLArray()
    texts.append(nil as String?)
    texts.append("NULL")
    texts.append(plain: "t")
    #expect(texts.value == #"{NULL,"NULL",t}"#)
    var numbers = SQLArray(capacity: 100)
    numbers.append(nil as Int64?)
    numbers.append(7)
    #expect(numbers.value == "{NULL,7}")
  }

  @Test("PostgreSQL reads back what was written", .requires(.postgres))
  func back() throws {
    let connection = try PostgresConnection(SharedServers.postgres.newDatabase().settings)
    let texts = try connection.execute("SELECT unnest($1::text[])", [.array(Self.texts)])
    #expect(texts.column == Self.texts)
    let numbers: [Int64] = [0, 1, -1, .max, .min]
    #expect(try connection.execute("SELECT unnest($1::bigint[])", [.array(numbers)]).column == numbers.map(String.init))
    for empty in [SQLValue.array([String]()), .array([Int64]())] {
      #expect(try connection.execute("SELECT cardinality($1::bigint[])", [empty]).scalar == "0")
    }
    var some = SQLArray()
    some.append(nil as String?)
    some.append("NULL")
    let nulls = try connection.execute("SELECT a IS NULL FROM unnest($1::text[]) AS a", [some.value])
    #expect(nulls.column == ["t", "f"])
  }
}
