import Configuration
import Testing

@Suite struct YAMLTests {
  @Test(arguments: [
    ("a: &x 1\nb: *x", "test.yaml:1:4: anchors (&name) are not supported"),
    ("b: *x", "test.yaml:1:4: aliases (*name) are not supported"),
    ("a: !!int 1", "test.yaml:1:4: tags (!name) are not supported"),
    ("a: !ruby/object:Gem {}", "test.yaml:1:4: tags (!name) are not supported"),
    ("<<: {a: 1}", "test.yaml:1:1: merge keys (<<) are not supported"),
    ("a: 1\n---\nb: 2", "test.yaml:2:1: a second document begins here"),
    ("a: 1\nb: 2\na: 3", "test.yaml:3:1: key 'a' is given twice, first in line 1"),
    ("a: {x: 1, \"x\": 2}", "test.yaml:1:11: key 'x' is given twice, first in line 1"),
    ("a:\n\tb: 1", "test.yaml:2:1: a tab indents this line; YAML takes spaces only"),
    (
      "a: b: c",
      "test.yaml:1:5: a colon is not allowed here; a value that holds ': ' needs quotes, and keys of one "
        + "section line up"
    ),
    ("[1, 2]: x", "test.yaml:1:1: a key is a single word"),
    ("~: x", "test.yaml:1:1: a key is a single word"),
    ("\"\": x", "test.yaml:1:1: a key is a single word"),
    ("- a\n- b", "test.yaml:1:1: the file is a list; it should be a section with keys"),
    ("just words", "test.yaml:1:1: the file is a single value; it should be a section with keys"),
    ("a: 'never closed\nb: 2\n", "test.yaml:1:4: a quoted text begins here and is never closed"),
  ])
  func `what is refused is named with its place`(yaml: String, message: String) {
    #expect(refusal(yaml) == message)
  }

  @Test func `a bomb of aliases goes off at its first anchor`() {
    let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
    #expect(refusal(bomb) == "test.yaml:1:4: anchors (&name) are not supported")
  }

  @Test(arguments: [
    String(repeating: "[", count: 500_000), "a: " + String(repeating: "[", count: 500_000),
    "a: " + String(repeating: "{a: ", count: 200_000), String(repeating: "- ", count: 300_000) + "a",
    (0..<700).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
  ])
  func `deep nesting is refused before it costs anything`(yaml: String) {
    let message = refusal(yaml)
    #expect(message?.hasSuffix("sections lie deeper than 32 levels") == true)
  }

  @Test func `up to 32 levels are taken`() {
    let yaml = { (levels: Int) in String(repeating: "{a: ", count: levels) + "1" + String(repeating: "}", count: levels)
    }
    #expect(refusal(yaml(31)) == nil)
    #expect(refusal(yaml(32))?.hasSuffix("deeper than 32 levels") == true)
  }

  @Test func `a file may have a mark, carriage returns, and no line end`() throws {
    let reader = try reader("\u{FEFF}a: one\r\nb:\r\n  c: two")
    #expect(reader.string("a") == "one")
    #expect(reader.string("b.c") == "two")
    #expect(problems(reader) == [])
  }

  @Test(arguments: ["", "\n", "# only words\n", "---\n", "~", "---\n...\n"])
  func `a file without anything is a configuration without keys`(yaml: String) throws {
    #expect(problems(try reader(yaml)) == [])
  }

  @Test(
    arguments: [
      ([0x61, 0x3a, 0x20, 0xff], "test.yaml:1:4"), (Array("a: 1\nb: \"".utf8) + [0xc3, 0x28, 0x22], "test.yaml:2:6"),
      (Array("a: 1\nb: ".utf8) + [0xed, 0xa0, 0x80], "test.yaml:2:4"),
    ] as [([UInt8], String)])
  func `bytes that are not UTF-8 are refused with their place`(bytes: [UInt8], place: String) {
    #expect(refusal(bytes) == "\(place): the text is not UTF-8")
  }

  @Test(arguments: ["a: \0", "\0", "a: \u{1b}[31m", "a: \u{7}"])
  func `control characters are refused`(yaml: String) {
    #expect(refusal(yaml) != nil)
  }

  @Test func `a file of a mebibyte is read, a larger one refused`() throws {
    let padding = { (count: Int) in "a: 1\n" + String(repeating: "#", count: count - 5) }
    #expect(refusal(padding(1 << 20)) == nil)
    #expect(refusal(padding((1 << 20) + 1))?.hasSuffix("larger than 1MB") == true)
  }

  @Test func `a file without end is refused as too large`() throws {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(path: "/dev/zero") }
    #expect(error?.description == "cannot read /dev/zero: larger than 1MB")
  }

  @Test(arguments: [("/nowhere/b.yaml", "No such file or directory"), ("/", "Is a directory")])
  func `a file that cannot be read says why`(path: String, why: String) {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(path: path) }
    #expect(error?.description == "cannot read \(path): \(why)")
    #expect(error?.code == .unreadable)
  }

  @Test func `scalars stay what was written`() throws {
    let reader = try reader("a: 0123\nb: no\nc: 1e3\nd: '~'\ne: |\n  two\n  lines\nf: 2024-01-01\ng: 봉수")
    #expect(
      "abcdefg".map { reader.string(String($0)) } == ["0123", "no", "1e3", "~", "two\nlines\n", "2024-01-01", "봉수"])
  }

  @Test(arguments: ["", "~", "null", "Null", "NULL"])
  func `a key without a value is told`(value: String) throws {
    let reader = try reader("a: \(value)")
    #expect(reader.string("a") == nil)
    #expect(problems(reader).first?.contains("a has no value; remove the key to leave it at its default") == true)
  }

  @Test func `random bytes and mutations of a good text never trap`() throws {
    let good = Array("relay:\n  sources:\n    - {name: a, slot: 'b'}\n  kafka: |\n    x\n# end\n".utf8)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(Array("&*!:-[]{}'\"|>%@`#\t\n ?,".utf8).randomElement(using: &random)!, at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if let file = try? ConfigurationFile(text: text, name: "f") {
        let reader = ConfigurationReader(file: file)
        _ = reader.string("relay.kafka")
        for element in reader.elements("relay.sources") { _ = element.string("slot") }
        _ = problems(reader)
      }
    }
  }
}
