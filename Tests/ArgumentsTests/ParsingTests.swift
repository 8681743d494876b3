import Arguments
import Testing

@Suite("Command lines that are right")
struct ParsingTests {
  @Test("a value may stand after a space, after an equals sign, and behind a short name")
  func valueForms() throws {
    #expect(try SampleCommands.parse("relay", "--slot", "a").string("slot") == "a")
    #expect(try SampleCommands.parse("relay", "--slot=a=b").string("slot") == "a=b")
    #expect(try SampleCommands.parse("relay", "--slot=").string("slot") == "")
    #expect(try SampleCommands.parse("relay", "-s", "a").string("slot") == "a")
    #expect(try SampleCommands.parse("relay", "-sa").string("slot") == "a")
    #expect(try SampleCommands.parse("relay", "--slot=--odd").string("slot") == "--odd")
  }

  @Test("what is not given is nil, false or empty")
  func absent() throws {
    let parsed = try SampleCommands.parse("relay")
    #expect(parsed.string("slot") == nil)
    #expect(parsed.integer("tables") == nil)
    #expect(!parsed.flag("create-slot"))
    #expect(parsed.strings("set").isEmpty)
    #expect(parsed.declares("slot") && !parsed.declares("slots"))
  }

  @Test("a repeated option keeps every value in order")
  func repeated() throws {
    let parsed = try SampleCommands.parse("relay", "--set", "a=1", "--create-slot", "--set=b=2")
    #expect(parsed.strings("set") == ["a=1", "b=2"])
    #expect(parsed.flag("create-slot"))
  }

  @Test("an integer is read, also a negative one when the range has it")
  func integers() throws {
    #expect(try SampleCommands.parse("relay", "--tables", "4").integer("tables") == 4)
    let error = SampleCommands.error("relay", "--tables", "-4")
    #expect(error?.message == "--tables needs a whole number from 1 to 16")
  }

  @Test("a command that runs may have commands below it")
  func nested() throws {
    #expect(try SampleCommands.parse("relay").path == ["ship", "relay"])
    #expect(try SampleCommands.parse("relay", "repair").path == ["ship", "relay", "repair"])
  }

  @Test("positionals are assigned by place, and a double dash ends the options")
  func positionals() throws {
    let parsed = try SampleCommands.parse("config", "copy", "a", "b", "--", "--c")
    #expect(parsed.words("FROM") == ["a"])
    #expect(parsed.words("TO") == ["b", "--c"])
    #expect(try SampleCommands.parse("config", "copy", "-").words("FROM") == ["-"])
  }
}

@Suite("Command lines that are wrong")
struct UsageErrorTests {
  @Test("a mistyped option is refused with the nearest one")
  func unknownOption() {
    let error = SampleCommands.error("relay", "--solt", "a")
    #expect(error?.code == .unknownOption)
    #expect(error?.suggestion == "--slot")
    #expect(error?.description == "unknown option --solt; did you mean '--slot'?\nSee 'ship relay --help'.")
    #expect(SampleCommands.error("relay", "--xyzzy")?.suggestion == nil)
    #expect(SampleCommands.error("relay", "-slot", "a")?.suggestion == "--slot")
  }

  @Test("a mistyped command is refused with the nearest one")
  func unknownCommand() {
    #expect(SampleCommands.error("realy")?.suggestion == "relay")
    #expect(SampleCommands.error("relay", "repiar")?.suggestion == "repair")
    #expect(SampleCommands.error("conf")?.suggestion == "config")
    #expect(SampleCommands.error("help", "realy")?.suggestion == "relay")
  }

  @Test("a group alone and an empty line need a command")
  func missingCommand() {
    #expect(SampleCommands.error()?.code == .missingCommand)
    #expect(SampleCommands.error("config")?.description.contains("See 'ship config --help'") == true)
  }

  @Test("an option without its value is an error, also when another option follows")
  func missingValue() {
    #expect(SampleCommands.error("relay", "--slot")?.code == .missingValue)
    #expect(SampleCommands.error("relay", "--slot", "--create-slot")?.message.contains("--slot=NAME") == true)
  }

  @Test(
    "values that do not fit are errors",
    arguments: [
      (["relay", "--create-slot=yes"], UsageError.Code.unexpectedValue), (["relay", "--tables", "0"], .badValue),
      (["relay", "--tables", "many"], .badValue), (["relay", "--tables", "99999999999999999999"], .badValue),
      (["relay", "--slot", "a", "--slot", "b"], .repeatedOption), (["completions", "tcsh"], .badValue),
      (["completions"], .missingArgument), (["completions", "bash", "zsh"], .unexpectedArgument),
    ])
  func badValues(words: [String], code: UsageError.Code) {
    #expect(throws: UsageError.self) { try SampleCommands.root.parse(words) }
    do throws(UsageError) { _ = try SampleCommands.root.parse(words) } catch { #expect(error.code == code) }
  }

  @Test("no error repeats a value, which may hold a password")
  func noLeak() {
    let lines = [
      ["relay", "--tables", "hunter2"], ["relay", "--create-slot=hunter2"], ["relay", "--slto=hunter2"],
      ["completions", "bash", "password=hunter2"], ["password=hunter2"], ["--postgres://relay:hunter2@db"],
    ]
    for line in lines {
      do throws(UsageError) {
        _ = try SampleCommands.root.parse(line)
        Issue.record("accepted: \(line)")
      } catch {
        #expect(!error.description.contains("hunter2"))
      }
    }
  }
}
