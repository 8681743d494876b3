import Configuration
import Testing

@Suite struct FinishTests {
  @Test(arguments: [
    ("relay:\n  slto: a", "test.yaml:2:3: unknown key relay.slto; did you mean 'relay.slot'?"),
    ("realy:\n  slot: a", "test.yaml:1:1: unknown key realy; did you mean 'relay'?"),
    ("slot: a", "test.yaml:1:1: unknown key slot; did you mean 'relay.slot'?"),
    ("relay: {Slot: a}", "test.yaml:1:9: unknown key relay.Slot; did you mean 'relay.slot'?"),
    ("something: a", "test.yaml:1:1: unknown key something"),
    (
      "relay.slot: a",
      "test.yaml:1:1: 'relay.slot' is written with dots; in the file each part is a section of its own"
    ),
    (
      "relay:\n  sources:\n    - slt: a",
      "test.yaml:3:7: unknown key relay.sources.0.slt; did you mean "
        + "'relay.sources.0.slot'?"
    ),
  ])
  func `an unknown key has its line and what was meant`(yaml: String, message: String) throws {
    let reader = try reader(yaml)
    _ = reader.string("relay.slot")
    for element in reader.elements("relay.sources") { _ = element.string("slot") }
    #expect(problems(reader) == [message])
  }

  @Test func `an unknown flag is told without its value`() throws {
    let reader = try reader(flags: [("relay.pasword", "hunter2")])
    _ = reader.secret("relay.password")
    #expect(
      problems(reader) == ["flag --relay.pasword: unknown key relay.pasword; did you mean 'relay.password'?"])
  }

  @Test func `everything that is wrong is told at once, the file from top to bottom`() throws {
    let reader = try reader(
      "z: 1\nport: many\nslot: ''\nlevel: loud\n", environment: ["BONGSU_SIZE": "big"], flags: [("wait", "soon")])
    _ = reader.duration("wait", in: .zero ... .seconds(60), default: .seconds(1))
    _ = reader.size("size", in: 1...1_024, default: 1)
    _ = reader.string("level", oneOf: ["info", "debug"], default: "info")
    _ = reader.string("slot", default: "bongsu")
    _ = reader.int("port", in: 1...65_535, default: 1)
    reader.reportMissing("dsn", flag: "--dsn")
    reader.report(.conflict, "slot", "does not go with port")
    #expect(
      problems(reader) == [
        "test.yaml:1:1: unknown key z",
        "test.yaml:2:7: port is 'many'; it should be a whole number from 1 to 65535",
        "test.yaml:3:7: slot is empty; it should be a text that is not empty",
        "test.yaml:3:7: slot does not go with port",
        "test.yaml:4:8: level is 'loud'; it should be one of info, debug",
        "environment BONGSU_SIZE: size is 'big'; it should be a size (kB, MB, GB) from 1B to 1kB",
        "flag --wait: wait is 'soon'; it should be a time with its unit (ms, s, m, h, d) from 0s to 1m",
        "dsn is missing; set it in the file, as BONGSU_DSN or by --dsn",
      ])
  }

  @Test func `what is wrong reads as the default`() throws {
    let reader = try reader("port: many\non: maybe\nwait: soon\nsize: big")
    #expect(reader.int("port", in: 1...10, default: 7) == 7)
    #expect(reader.bool("on", default: true))
    #expect(reader.duration("wait", in: .zero ... .seconds(9), default: .seconds(3)) == .seconds(3))
    #expect(reader.size("size", in: 0...9, default: 5) == 5)
    #expect(problems(reader).count == 4)
  }

  @Test(arguments: ["yes", "no", "on", "True", "TRUE", "1", ""])
  func `only true and false are a truth`(text: String) throws {
    let reader = try reader("a: '\(text)'")
    _ = reader.bool("a", default: false)
    #expect(problems(reader).count == 1)
  }

  @Test func `a hostile value is shown short, on one line and harmless`() throws {
    let value = "line\nend\u{1b}[31m\u{202e}" + String(repeating: "x", count: 1_000)
    let reader = try reader(flags: [("port", value)])
    _ = reader.int("port", in: 1...2, default: 1)
    let message = problems(reader)[0]
    #expect(message.count < 160)
    #expect(!message.contains("\n") && !message.contains("\u{1b}") && !message.unicodeScalars.contains("\u{202e}"))
  }

  @Test func `a NUL is refused in every layer and kind`() throws {
    let reader = try reader(
      "a: \"x\\0y\"\nm: {k: \"x\\0\"}\ns: \"p\\0\"", environment: ["BONGSU_B": "\0"], flags: [("c", "z\0")])
    _ = (reader.string("a"), reader.string("b"), reader.string("c"), reader.secret("s"), reader.map("m"))
    let all = problems(reader)
    #expect(all.count == 5)
    #expect(all.allSatisfy { $0.hasSuffix("holds a NUL character") })
  }

  @Test func `a foreign section is not looked at`() throws {
    let reader = try reader("router: {any: [1, {thing: 2}]}\nrelay: {slot: a}", flags: [("router.x", "1")])
    reader.leave("router")
    _ = reader.string("relay.slot")
    #expect(problems(reader) == [])
  }
}

@Suite struct ValueTests {
  @Test(
    arguments: [
      ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("1h30m", .seconds(5_400)), ("7d", .seconds(604_800)),
      ("0", .zero), ("0s", .zero), ("1d2h3m4s5ms6us7ns", .nanoseconds(93_784_005_006_007)),
    ] as [(String, Duration)])
  func `durations`(text: String, duration: Duration) throws {
    let reader = try reader(flags: [("a", text)])
    #expect(reader.duration("a", in: .zero ... .seconds(1_000_000), default: .seconds(1)) == duration)
    #expect(problems(reader) == [])
  }

  @Test(arguments: [
    "10", "s", "10 s", "-1s", "1.5s", "1s1h", "1s1s", "1m30", "1min", "1S", "٣s", "99999999999999999999s",
    "9223372036854775807d", " 1s", "1s ", "1e3s",
  ])
  func `what is no duration`(text: String) throws {
    let reader = try reader(flags: [("a", text)])
    _ = reader.duration("a", in: .zero ... .seconds(1_000_000), default: .zero)
    #expect(problems(reader).count == 1)
  }

  @Test(arguments: [
    ("512", 512), ("64kB", 65_536), ("64KB", 65_536), ("16MB", 16 << 20), ("1GiB", 1 << 30), ("3 MB", 3 << 20),
    ("0", 0), ("1B", 1),
  ])
  func `sizes`(text: String, bytes: Int) throws {
    let reader = try reader(flags: [("a", text)])
    #expect(reader.size("a", in: 0...(1 << 40), default: 99) == bytes)
    #expect(problems(reader) == [])
  }

  @Test(arguments: ["MB", "1TB", "1.5MB", "-1kB", "+1", "1mb", "9223372036854775807GB", "99999999999999999999", "1 0"])
  func `what is no size`(text: String) throws {
    let reader = try reader(flags: [("a", text)])
    _ = reader.size("a", in: 0...(1 << 40), default: 99)
    #expect(problems(reader).count == 1)
  }

  @Test func `values outside of their range are refused at both ends`() throws {
    for (text, isGood) in [("0", false), ("1", true), ("5", true), ("6", false), ("1.0", false), ("0x1", false)] {
      let reader = try reader(flags: [("a", text)])
      _ = reader.int("a", in: 1...5, default: 1)
      #expect(problems(reader).isEmpty == isGood, "\(text)")
    }
  }
}
