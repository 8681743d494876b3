import Arguments
import Synchronization
import Testing

@Suite("Help and exit status")
struct HelpTests {
  @Test("help stands in every place it is looked for")
  func places() throws {
    let expected = try #require(try SampleCommands.help("relay", "--help"))
    #expect(try SampleCommands.help("relay", "-h") == expected)
    #expect(try SampleCommands.help("help", "relay") == expected)
    #expect(try SampleCommands.help("relay", "--wrong", "--help") == expected)
    #expect(try SampleCommands.help("--help")?.contains("relay") == true)
    #expect(try SampleCommands.help("help")?.hasPrefix("ship: a test program") == true)
  }

  @Test("--help as an option's value or behind a double dash is no question")
  func notHelp() throws {
    #expect(SampleCommands.error("relay", "--slot", "--help")?.code == .missingValue)
    #expect(try SampleCommands.parse("config", "copy", "--", "--help").words("FROM") == ["--help"])
  }

  @Test("help shows usage, options, commands and the example")
  func content() throws {
    let text = try #require(try SampleCommands.help("relay", "--help"))
    #expect(text.contains("Usage: ship relay [OPTIONS]\n       ship relay COMMAND\n"))
    #expect(text.contains("  -s, --slot NAME     The slot.\n"))
    #expect(text.contains("  --set KEY=VALUE...  Any key.\n"))
    #expect(text.contains("  repair              repairs\n"))
    #expect(text.contains("Example:\n  # one slot\n  ship relay --slot a\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("the exit status is 0, 2 for usage, 1 for errors, or what the command says")
  func status() {
    let written = Mutex("")
    let terminal = Terminal(output: { _ in }, error: { text in written.withLock { $0 += text } })
    #expect(SampleCommands.root.execute(["relay"], terminal: terminal) == 0)
    #expect(SampleCommands.root.execute(["--help"], terminal: terminal) == 0)
    #expect(written.withLock(\.self) == "")
    #expect(SampleCommands.root.execute(["relay", "repair"], terminal: terminal) == 7)
    #expect(SampleCommands.root.execute(["realy"], terminal: terminal) == 2)
    #expect(written.withLock(\.self).hasPrefix("ship: 'ship' has no command 'realy'; did you mean 'relay'?\n"))
  }

  @Test("an error of a command is printed and is status 1, and its usage errors name the command")
  func commandErrors() {
    struct Broken: Error, CustomStringConvertible { let description = "it broke" }
    let broken = Command("broken", summary: "breaks", examples: [], run: { _ in throw Broken() })
    let choosy = Command(
      "choosy", summary: "refuses", examples: [], run: { _ in throw UsageError(.badValue, "not that") })
    let root = Command("ship", summary: "a program", examples: [], subcommands: [broken, choosy])
    let written = Mutex("")
    let terminal = Terminal(output: { _ in }, error: { text in written.withLock { $0 += text } })
    #expect(root.execute(["broken"], terminal: terminal) == 1)
    #expect(root.execute(["choosy"], terminal: terminal) == 2)
    #expect(written.withLock(\.self) == "ship: it broke\nship: not that\nSee 'ship choosy --help'.\n")
  }

  @Test("faults of a description are found")
  func faults() {
    #expect(SampleCommands.root.faults().isEmpty)
    let options = [Option.flag("a", help: ""), .flag("a", help: ""), .flag("help", help: "")]
    let odd = Command("odd", summary: "ends.", examples: [], options: options)
    let faults = odd.faults()
    for part in ["no example", "without a stop", "does nothing", "--a declared twice", "--help declared twice"] {
      #expect(faults.contains { $0.contains(part) }, "\(part)")
    }
  }
}
