import Configuration
import Postgres
import Testing

@testable import Relay

@Suite("The relay's part of the configuration")
struct RelaySectionTests {
  private static let kafka = "kafka: {bootstrapServers: 'k:9092'}\n"

  private func read(
    _ text: String, environment: [String: String] = [:], set: [String] = []
  ) throws -> RelaySettings? {
    let file = try ConfigurationFile(text: Self.kafka + text, name: "b.yaml")
    let overrides = try set.map { try ConfigurationOverride(assignment: $0) }
    let root = ConfigurationReader(file: file, environment: environment, overrides: overrides)
    let settings = RelaySettings(root: root)
    root.section("log").leave("level")
    try root.finish()
    return settings
  }

  private func problems(_ text: String, set: [String] = []) -> [String] {
    do {
      _ = try read(text, set: set)
      return []
    } catch {
      return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
    }
  }

  @Test func `a single source needs no list, and what is not said has the documented default`() throws {
    let relay = try #require(try read("relay: {dsn: 'host=db dbname=shop'}"))
    let source = try #require(relay.sources.first)
    #expect(relay.sources.count == 1 && source.name == "default" && source.slot == "bongsu")
    #expect(source.publication == "bongsu" && source.topic == "notification.events")
    #expect(source.parkedTopic == "notification.parked" && source.heartbeat == .seconds(10) && !source.createSlot)
    #expect(source.maintenance?.keep == "604800 seconds" && relay.flight.rows == 16_384)
  }

  @Test func `every source of a list has its own keys`() throws {
    let relay = try #require(
      try read(
        """
        relay:
          stopDeadline: 20s
          flight: {rows: 100, bytes: 2MB}
          sources:
            - {name: shop, dsn: host=a, slot: one, routes: {order: orders, 'refund.made': refunds}}
            - {name: bank, dsn: host=b, slot: two, heartbeat: 0, columns: {aggregateId: key}, maintenance: {interval: 0}}
        """))
    #expect(relay.sources.map(\.name) == ["shop", "bank"] && relay.stopDeadline == .seconds(20))
    #expect(relay.sources[0].routes == ["order": "orders", "refund.made": "refunds"])
    #expect(relay.sources[0].topics == ["notification.events", "orders", "refunds"])
    #expect(relay.sources[1].columns.aggregateID == "key" && relay.sources[1].heartbeat == .zero)
    #expect(relay.sources[1].maintenance == nil && relay.flight.bytes == 2 << 20)
  }

  @Test func `several outbox tables are several sources, and one of them maintains all`() throws {
    let relay = try #require(try read("relay: {dsn: host=a, outboxTables: 3}"))
    #expect(relay.sources.map(\.slot) == ["bongsu", "bongsu_2", "bongsu_3"])
    #expect(relay.sources.map(\.publication) == ["bongsu", "bongsu_2", "bongsu_3"])
    #expect(relay.sources.map(\.name) == ["default", "default_2", "default_3"])
    #expect(relay.sources.map { $0.maintenance != nil } == [true, false, false])
  }

  @Test func `a password from the environment goes over the file's`() throws {
    let relay = try #require(
      try read(
        "relay: {dsn: 'host=a password=file', password: file}",
        environment: ["BONGSU_RELAY_PASSWORD": "from environment", "BONGSU_RELAY_SLOT": "other"]))
    #expect(relay.sources[0].connection.value("password") == "from environment")
    #expect(relay.sources[0].slot == "other")
  }

  @Test(arguments: [
    ("relay: {slot: a}", "relay.dsn is missing; set it in the file, as BONGSU_RELAY_DSN or by --dsn"),
    ("relay: {dsn: 'host=a nonsense'}", "b.yaml:2:14: relay.dsn cannot be used"),
    ("relay: {dsn: host=a, slot: Big}", "relay.slot is 'Big'; it should be 1 to 60 small letters"),
    ("relay: {dsn: host=a, topic: 'a b'}", "relay.topic is 'a b'; it should be a topic's name"),
    ("relay: {dsn: host=a, flight: {rows: 3}}", "relay.flight.rows is '3'"),
    ("relay: {dsn: host=a, slto: x}", "unknown key relay.slto; did you mean 'relay.slot'?"),
    ("relay: {slot: x, sources: [{dsn: host=a}]}", "relay.slot stands beside relay.sources"),
    ("relay: {sources: [{dsn: host=a}, {dsn: host=b}]}", "two sources with one name"),
    ("relay: {sources: [{name: a, dsn: host=a}, {name: b, dsn: host=a}]}", "two sources with one slot"),
    ("relay: {sources: [{name: a}]}", "relay.sources.0.dsn is missing"),
    ("relay: {dsn: host=a, maintenance: {keep: 1h}}", "relay.maintenance.keep is '1h'"),
    ("relay: {password: x, dsn: ''}", "relay.dsn is empty"),
  ])
  func `what is wrong is said with its place and what to do`(text: String, expected: String) {
    #expect(problems(text).contains { $0.contains(expected) }, "\(problems(text))")
  }

  @Test func `a property that Kafka does not know is a problem of its own line, and secrets are not repeated`() {
    let found = problems("relay: {dsn: host=a}", set: ["kafka.properties.sasl.pasword=geheim"])
    #expect(found.count == 1 && found[0].contains("kafka.properties.sasl.pasword is unknown to librdkafka"))
    #expect(!found[0].contains("geheim"))
  }

  @Test(arguments: [
    "acks=1", "acks=0", "request.required.acks=1", "enable.idempotence=false", "message.timeout.ms=30000",
    "delivery.timeout.ms=30000", "partitioner=random",
  ])
  func `a property that could lose or reorder rows is refused`(property: String) {
    let found = problems("relay: {dsn: host=a}", set: ["kafka.properties.\(property)"])
    #expect(found.count == 1 && found[0].contains("rows could be lost or reordered"), "\(found)")
  }

  @Test func `the same properties at their safe values are taken`() {
    let safe = ["acks=-1", "enable.idempotence=true", "message.timeout.ms=0", "partitioner=murmur2"]
    #expect(problems("relay: {dsn: host=a}", set: safe.map { "kafka.properties.\($0)" }) == [])
  }
}
