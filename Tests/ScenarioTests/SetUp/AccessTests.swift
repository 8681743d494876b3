import LocalServers
import TestSupport
import Testing

extension Scenarios {
  @Suite struct AccessTests {
    @Test func `a wrong password holds the relay, is never printed, and can be mended meanwhile`() throws {
      try Scenario.play("set-up: wrong password", duplicates: .none) { scene in
        let role = scene.slot + "_relay"
        try scene.database.run("CREATE ROLE \(role) LOGIN REPLICATION PASSWORD 'right'")
        defer { try? scene.database.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        let conninfo = scene.stage.postgres.conninfo(database: scene.database.name, password: "hunter2")
          .replacing("user=\(PostgresServer.user)", with: "user=\(role)")
        try scene.launchRelay(conninfo: conninfo)
        try scene.relay.waitForProblem("password authentication failed")
        #expect(try scene.relay.problem()?.contains("hunter2") == false)
        try scene.database.run("ALTER ROLE \(role) PASSWORD 'hunter2'")
        try scene.relay.waitUntilReady()
        try scene.insert()
        try scene.settle()
        #expect(!scene.relay.lines.contains { $0.contains("hunter2") })
      }
    }

    @Test func `a missing topic holds the relay, which goes on once it is made`() throws {
      var setup = Scenario.Setup()
      setup.makesTopics = false
      try Scenario.play("set-up: topic missing", 1, setup, duplicates: .none) { scene in
        try scene.insert(rows: 10)
        try scene.launchRelay()
        try scene.relay.waitForProblem("topic")
        try scene.makeTopics()
        try scene.relay.waitUntilReady()
        try scene.settle()
      }
    }

    @Test(.requires(.kafka)) func `over TLS a relay trusts its authority's broker alone, and says why it waits`() throws
    {
      var setup = Scenario.Setup()
      setup.bootstrapServers = "127.0.0.1:\(try Stage.shared.encryptedPort)"
      setup.flags = ["--set", "kafka.properties.security.protocol=ssl"]
      try Scenario.play("set-up: Kafka over TLS", 1, setup, duplicates: .none) { scene in
        func trust(_ authority: TestCertificate) -> [String] {
          ["--set", "kafka.properties.ssl.ca.location=\(authority.file)"]
        }
        try scene.insert(rows: 100)
        let stranger = try TestCertificate()
        // Its file goes with it.
        defer { withExtendedLifetime(stranger) {} }
        try scene.launchRelay(trust(stranger))
        try scene.relay.waitForProblem("certificate verify failed")
        #expect(try scene.relay.terminate().isSuccess)
        #expect(try scene.reader.records().isEmpty)
        try scene.startRelay(trust(scene.stage.certificate))
        try scene.underLoad { _ in }
        try scene.settle()
      }
    }

    /// The user may write in the end, but never see the topic's settings, so that batches may be too large for it.
    @Test(.requires(.kafka))
    func `a right that Kafka refuses holds the relay, quarantines nothing, and can be granted meanwhile`() throws {
      var setup = Scenario.Setup()
      setup.bootstrapServers = "127.0.0.1:\(try Stage.shared.guardedPort)"
      setup.topicConfiguration = ["max.message.bytes": "20000"]
      setup.flags = [
        "security.protocol=sasl_plaintext", "sasl.mechanism=PLAIN", "sasl.username=guest", "sasl.password=right",
      ].flatMap { ["--set", "kafka.properties." + $0] }
      try Scenario.play("set-up: right refused", 1, setup, isOrdered: false) { scene in
        // More than fit into the flight, so that their transaction is open when the first batch is refused.
        try scene.insert(rows: 10_000)
        try scene.launchRelay()
        try scene.relay.waitForProblem("AUTHORIZATION_FAILED")
        try scene.stage.grant("Write", to: "guest", topic: scene.topic)
        try scene.relay.waitUntilReady()
        try scene.settle()
        #expect(try scene.parkedReader.records().isEmpty)
      }
    }
  }
}
