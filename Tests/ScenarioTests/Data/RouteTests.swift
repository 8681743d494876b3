import LocalServers
import Postgres
import TestSupport
import Testing

extension Scenarios {
  @Suite struct RouteTests {
    private static func insert(_ rows: Int, of type: String, into scene: Scenario) throws {
      try scene.database.run(
        """
        INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload)
        SELECT gen_random_uuid(), '\(type)', 'k-' || n % 5, 'made', '{}' FROM generate_series(1, \(rows)) n
        """)
    }

    private static func ids(of type: String, in scene: Scenario) throws -> Set<String> {
      Set(
        try scene.database.connect().execute("SELECT id FROM outbox.event WHERE aggregatetype = $1", [.text(type)])
          .column.compactMap { $0 })
    }

    @Test func `rows go to the topic that their aggregate type's route names, the others to the source's own`() throws {
      let routed = uniqueName("routed")
      var setup = Scenario.Setup()
      setup.flags = ["--set", "relay.routes.invoice=\(routed)"]
      // The verdict looks at the source's own topic.
      try Scenario.play("data: two topics by routes", 1, setup, duplicates: .none, absent: 40) { scene in
        try scene.stage.kafka.makeTopic(routed, partitions: 2)
        try scene.startRelay()
        for _ in 0..<2 {
          try Self.insert(20, of: "invoice", into: scene)
          try Self.insert(30, of: "order", into: scene)
          try Self.insert(1, of: "invoice2", into: scene)
        }
        try scene.settle()
        let there = try TopicReader(scene.stage.kafka.bootstrapServers, topic: routed).records()
        #expect(there.count == 40)
        #expect(Set(there.compactMap { $0.header("id") }) == (try Self.ids(of: "invoice", in: scene)))
        let here = Set(try scene.reader.records().compactMap { $0.header("id") })
        let others = try Self.ids(of: "order", in: scene).union(Self.ids(of: "invoice2", in: scene))
        #expect(here == others && here.count == 62)
        #expect(try scene.relay.metrics().sum("bongsu_relay_rows_total") == 102)
      }
    }

    /// Every column has another name, and the table has one more that is called as one of ours is.
    private static let messages = """
      CREATE SCHEMA shop;
      CREATE TABLE shop.message (
        body jsonb NOT NULL, kind text NOT NULL, message_id uuid PRIMARY KEY, about text NOT NULL,
        about_type text NOT NULL, extra jsonb, written_at timestamptz NOT NULL DEFAULT now(),
        payload text NOT NULL DEFAULT 'not this one');
      CREATE PUBLICATION bongsu FOR TABLE shop.message WITH (publish = 'insert')
      """

    private static var renamed: Scenario.Setup {
      var setup = Scenario.Setup()
      (setup.outbox, setup.table) = (messages, "(SELECT message_id AS id FROM shop.message) AS event")
      let names = [
        "id=message_id", "aggregateType=about_type", "aggregateId=about", "type=kind", "payload=body", "headers=extra",
        "createdAt=written_at",
      ]
      setup.flags = names.flatMap { ["--set", "relay.columns." + $0] }
      return setup
    }

    private static func write(_ about: String, into scene: Scenario) throws -> String {
      let sql =
        "INSERT INTO shop.message (message_id, about_type, about, kind, body, extra) "
        + #"VALUES (gen_random_uuid(), 'order', $1, 'order.made', '{"a": 1}', '{"mine": "kept"}') RETURNING message_id"#
      return try #require(try scene.database.scalar(sql, [.text(about)]))
    }

    @Test func `a table whose columns have other names is read by relay.columns, from the first slot on`() throws {
      var setup = Self.renamed
      setup.makesSlot = false
      try Scenario.play("data: renamed columns", 1, setup, duplicates: .none) { scene in
        let older = try Self.write("older", into: scene)
        try scene.startRelay(["--create-slot"])
        let streamed = try Self.write("streamed", into: scene)
        try scene.settle()
        for (id, about) in [(older, "older"), (streamed, "streamed")] {
          let record = try scene.record(id)
          #expect(record.key == about && record.value == #"{"a": 1}"#)
          #expect(record.header("type") == "order.made" && record.header("aggregatetype") == "order")
          #expect(record.header("mine") == "kept")
        }
        #expect(try scene.relay.terminate().isSuccess)
        try scene.dropSlot()
        _ = try Self.write("meanwhile", into: scene)
        #expect(try scene.repair(scene.setup.flags).contains { $0.contains("sent 1") })
        try scene.startRelay()
        try scene.settle()
      }
    }

    @Test func `without relay.columns the same table is refused, and told what it lacks`() throws {
      var setup = Self.renamed
      setup.flags = []
      try Scenario.play("data: renamed columns, not mapped", 1, setup, duplicates: .none, absent: 1) { scene in
        _ = try Self.write("waits", into: scene)
        try scene.launchRelay()
        #expect(try scene.relay.waitForExit() == .code(1))
        #expect(scene.relay.said("shop.message", "aggregateid"))
      }
    }
  }
}
