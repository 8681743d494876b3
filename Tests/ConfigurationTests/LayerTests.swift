import Configuration
import Testing

@Suite struct LayerTests {
  @Test func `flags lie over the environment, and that over the file`() throws {
    let yaml = "relay: {slot: file}"
    let environment = ["BONGSU_RELAY_SLOT": "environment"]
    #expect(try reader(yaml).string("relay.slot") == "file")
    #expect(try reader(yaml, environment: environment).string("relay.slot") == "environment")
    let all = try reader(yaml, environment: environment, flags: [("relay.slot", "flag")])
    #expect(all.string("relay.slot") == "flag")
    #expect(problems(all) == [])
  }

  @Test func `each value knows where it comes from`() throws {
    let reader = try reader(
      "relay:\n  slot: a\n  topic: b", environment: ["BONGSU_RELAY_TOPIC": "c"], flags: [("relay.other", "d")])
    #expect("\(reader.origin(of: "relay.slot"))" == "test.yaml:2:9")
    #expect("\(reader.origin(of: "relay.topic"))" == "environment BONGSU_RELAY_TOPIC")
    #expect("\(reader.origin(of: "relay.other"))" == "flag --relay.other")
    #expect("\(reader.origin(of: "relay.none"))" == "default")
  }

  @Test(arguments: [
    ("kafka.bootstrapServers", "BONGSU_KAFKA_BOOTSTRAP_SERVERS"), ("relay.sources.0.dsn", "BONGSU_RELAY_SOURCES_0_DSN"),
    ("http2Only", "BONGSU_HTTP2_ONLY"), ("a-b", "BONGSU_A_B"),
  ])
  func `a key has one variable`(key: String, variable: String) throws {
    #expect(try reader(environment: [variable: "x"]).origin(of: key) == .environment(variable))
  }

  @Test func `an empty variable is one that is not set, an empty flag is a value`() throws {
    let reader = try reader("a: file", environment: ["BONGSU_A": ""], flags: [("b", "")])
    #expect(reader.string("a") == "file")
    #expect(reader.string("b") == nil)
    #expect(problems(reader) == ["flag --b: b is empty; it should be a text that is not empty"])
  }

  @Test func `other programs' variables do not count`() throws {
    let reader = try reader(environment: ["BONGSUX_A": "x", "A": "x", "bongsu_a": "x"])
    #expect(reader.string("a") == nil)
    #expect(reader.unknownVariables() == [])
  }

  @Test func `variables that no key has are told, but are no error`() throws {
    let reader = try reader(environment: ["BONGSU_RELAY_SLTO": "x", "BONGSU_RELAY_SLOT": "y", "BONGSU_OTHER_A": "z"])
    _ = reader.string("relay.slot")
    reader.leave("other")
    #expect(reader.unknownVariables() == ["BONGSU_RELAY_SLTO"])
    #expect(problems(reader) == [])
  }

  @Test(arguments: [
    ("a.b=c", "a.b", "c"), ("a=", "a", ""), ("a=b=c", "a", "b=c"), ("a.0.b= x ", "a.0.b", " x "),
  ])
  func `an assignment is split at its first equals sign`(text: String, key: String, value: String) throws {
    let override = try ConfigurationOverride(assignment: text)
    #expect(override.key == key)
    #expect(override.value == value)
  }

  @Test(arguments: ["hunter2", "", "=hunter2", ".a=hunter2", "a.=hunter2", "a..b=hunter2", "a b=hunter2"])
  func `an assignment that is none is refused without being repeated`(text: String) {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationOverride(assignment: text) }
    #expect(error?.description.contains("hunter2") == false)
    #expect(error?.description.contains("--set needs KEY=VALUE") == true)
  }

  @Test func `one key by two flags is a conflict`() throws {
    let reader = ConfigurationReader(overrides: [
      ConfigurationOverride(key: "slot", value: "a", flag: "--slot"),
      ConfigurationOverride(key: "slot", value: "b", flag: "--set slot"),
    ])
    _ = reader.string("slot")
    #expect(problems(reader) == ["flag --set slot: slot is given twice, by --slot and by --set slot"])
  }

  @Test func `lists are reached by index, in the file and above it`() throws {
    let reader = try reader(
      "sources:\n  - {name: a, slot: s}\n  - {name: b}\n",
      environment: ["BONGSU_SOURCES_1_SLOT": "t", "BONGSU_SOURCES_2_NAME": "c"], flags: [("sources.2.slot", "u")])
    let elements = reader.elements("sources")
    #expect(elements.map { $0.string("name") } == ["a", "b", "c"])
    #expect(elements.map { $0.string("slot") } == ["s", "t", "u"])
    #expect(elements.map(\.path) == ["sources.0", "sources.1", "sources.2"])
    #expect(problems(reader) == [])
  }

  @Test func `an index that leaves a gap is told`() throws {
    let reader = try reader(flags: [("sources.1.slot", "u")])
    #expect(reader.elements("sources").isEmpty)
    #expect(problems(reader).first?.hasPrefix("flag --sources.1.slot: unknown key sources.1.slot") == true)
  }

  @Test func `maps take names with dots, from every layer`() throws {
    let reader = try reader(
      "kafka:\n  properties:\n    linger.ms: 5\n    acks: all\n",
      environment: ["BONGSU_KAFKA_PROPERTIES_LINGER_MS": "1", "BONGSU_KAFKA_PROPERTIES_SASL_USERNAME": "u"],
      flags: [("kafka.properties.queue.buffering.max.ms", "7")])
    #expect(
      reader.map("kafka.properties")
        == ["linger.ms": "1", "acks": "all", "sasl.username": "u", "queue.buffering.max.ms": "7"])
    #expect(problems(reader) == [])
    #expect(reader.unknownVariables() == [])
  }

  @Test func `a list or a section where the other belongs is told once, with its place`() throws {
    let reader = try reader("sources: {a: 1}\nkafka: [x]\nslot: [y]\ntopic: {z: 1}\nrelay: text\nroutes: [[1]]")
    _ = reader.elements("sources")
    _ = reader.map("kafka")
    _ = (reader.string("slot"), reader.string("topic"), reader.string("relay.name"), reader.elements("routes"))
    #expect(
      problems(reader) == [
        "test.yaml:1:10: sources is a section; it should be a list",
        "test.yaml:2:8: kafka is a list; it should be a section",
        "test.yaml:3:7: slot is a list; it should be a single value",
        "test.yaml:4:8: topic is a section; it should be a single value",
        "test.yaml:5:8: relay is a single value; it should be a section",
        "test.yaml:6:10: routes.0 is a list; it should be a section",
      ])
  }
}
