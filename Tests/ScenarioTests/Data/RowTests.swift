import Foundation
import Kafka
import Postgres
import TestSupport
import Testing

extension Scenarios {
  @Suite struct RowTests {
    @Test func `a payload of 20 MB leaves a pointer in the parked topic, and the stream goes on`() throws {
      try Scenario.play("data: 20 MB payload", duplicates: .none, absent: 1) { scene in
        try scene.startRelay()
        try scene.insert()
        let id = try scene.database.scalar(
          "INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), "
            + "'order', 'k', 'order.made', jsonb_build_object('blob', repeat('x', 20 << 20))) RETURNING id")
        try scene.insert()
        try scene.settle()
        let pointers = try scene.parkedReader.records()
        let value = try #require(pointers.first.map { Data($0.value.utf8) })
        let pointer = try #require(try JSONSerialization.jsonObject(with: value) as? [String: Any])
        let row = try scene.database.connect().execute(
          "SELECT encode(sha256(convert_to(payload::text, 'UTF8')), 'hex'), octet_length(payload::text) "
            + "FROM outbox.event WHERE id = $1", [id.map { .text($0) } ?? .null])
        #expect(pointers.count == 1)
        #expect(pointer["id"] as? String == id)
        #expect(pointer["sha256"] as? String == row[0, 0])
        #expect((pointer["bytes"] as? Int).map(String.init) == row[0, 1])
        #expect(try scene.relay.metrics().sum("bongsu_relay_quarantined_total") == 1)
      }
    }

    @Test func `a thousand small rows fit through a topic that takes 20,000 bytes, and none is parked`() throws {
      var setup = Scenario.Setup()
      setup.topicConfiguration = ["max.message.bytes": "20000"]
      try Scenario.play("data: max.message.bytes 20,000", 1, setup, duplicates: .none) { scene in
        try scene.startRelay()
        try scene.insert(rows: 1_000)
        try scene.settle()
        #expect(try scene.relay.metrics().sum("bongsu_relay_quarantined_total") == 0)
      }
    }

    @Test func `a batch that the topic refuses as a whole is sent row by row, and none is parked`() throws {
      try Scenario.play("data: max.message.bytes lowered meanwhile", duplicates: .any, isOrdered: false) { scene in
        try scene.startRelay()
        try scene.insert()
        try scene.settle()
        let admin = try Admin(scene.stage.kafka.kafkaSettings)
        try admin.alterConfiguration(ofTopic: scene.topic, set: ["max.message.bytes": "20000"])
        try eventually("the broker has the new limit") {
          try admin.configuration(of: .topic(scene.topic)).contains {
            $0.name == "max.message.bytes" && $0.value == "20000"
          }
        }
        try scene.insert(rows: 5_000, from: 2)
        try scene.settle()
        #expect(try scene.parkedReader.records().isEmpty)
        #expect(try scene.relay.metrics().sum("bongsu_relay_reconnects_total", where: #"side="kafka""#) > 0)
      }
    }

    @Test func `a row's own headers cannot take the place of the relay's`() throws {
      try Scenario.play("data: reserved headers", duplicates: .none) { scene in
        try scene.startRelay()
        let id = try scene.insert(
          headers: #"{"bongsu-attempt": "9", "id": "forged", "lsn": "0/1", "mine": "kept", "count": 7}"#)
        try scene.settle()
        let record = try scene.record(id)
        #expect(!record.headers.contains { $0.name.hasPrefix("bongsu-") })
        #expect(record.headers.filter { $0.name == "id" }.map(\.value) == [id])
        #expect(record.header("lsn") != "0/1")
        #expect(record.header("mine") == "kept")
        #expect(record.header("count") == "7")
      }
    }

    @Test func `a row whose key is empty is sent with an empty key`() throws {
      try Scenario.play("data: empty key", duplicates: .none) { scene in
        try scene.startRelay()
        let id = try scene.insert(key: "")
        try scene.settle()
        #expect(try scene.record(id).key == "")
      }
    }

    /// Another order, further columns, no headers, no partitions, and `json`, which keeps what `jsonb` refuses.
    private static let debezium = """
      CREATE TABLE public.outbox (
        payload json NOT NULL, tenant int NOT NULL DEFAULT 1, type varchar(255) NOT NULL, id uuid PRIMARY KEY,
        aggregateid varchar(255) NOT NULL, note text, aggregatetype varchar(255) NOT NULL);
      CREATE PUBLICATION bongsu FOR TABLE public.outbox WITH (publish = 'insert')
      """

    @Test func `a Debezium outbox works as it is, and its json goes through byte for byte`() throws {
      var setup = Scenario.Setup()
      (setup.outbox, setup.table) = (Self.debezium, "public.outbox")
      try Scenario.play("data: a Debezium outbox", 1, setup, duplicates: .none) { scene in
        try scene.startRelay()
        let payloads = [#"{"a": "\u0000", "b":"\ud800",  "b": "\udc00"}"#, #"{"n": 1e400, "deep": [[[[]]]]}"#, "null"]
        for payload in payloads {
          let id = try scene.database.scalar(
            "INSERT INTO public.outbox (id, aggregatetype, aggregateid, type, payload) "
              + "VALUES (gen_random_uuid(), 'order', 'k', 'order.made', $1) RETURNING id", [.text(payload)])
          try scene.settle()
          #expect(try scene.record(id ?? "").value == payload)
        }
      }
    }
  }
}
