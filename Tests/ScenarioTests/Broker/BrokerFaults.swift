import Kafka
import LocalServers
import TestSupport
import Testing

extension Scenarios {
  /// The embedded broker itself, killed and cut off under load.
  @Suite(.enabled(if: BrokerChoice.current == .embedded, "the run's choice is another broker"))
  struct BrokerFaults {
    private func play(_ seed: UInt64, flags: [String], _ body: (Play) throws -> Void) throws {
      let port = try FreePort.find()
      let way = try FaultProxy(to: port)
      let broker = try EmbeddedBrokerServer(port: port, advertised: way.port, flags: flags)
      try broker.makeTopic("load", partitions: 3)
      let settings = KafkaSettings(bootstrapServers: "127.0.0.1:\(way.port)")
      let load = try BrokerLoad(settings, topic: "load")
      try body(Play(broker: broker, way: way, load: load))
      let acknowledged = try load.finish()
      let verdict = try BrokerVerdict(TopicReader(broker.bootstrapServers, topic: "load"), acknowledged: acknowledged)
      print("broker\t\(flags.joined(separator: " "))\tseed \(seed)\t\(verdict)")
      #expect(verdict.isSound, "seed \(seed): \(verdict)\n\(broker.lines.suffix(20).joined(separator: "\n"))")
    }

    private struct Play {
      let broker: EmbeddedBrokerServer
      let way: FaultProxy
      let load: BrokerLoad
    }

    @Test(arguments: ["always", "interval", "os"], Soak.seeds)
    func `what was acknowledged survives kill -9 under load, in order and once`(policy: String, seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      try play(seed, flags: ["--fsync", policy]) { play in
        for _ in 0..<Soak.choose(4, soak: 30) {
          try play.load.wait(acknowledged: Int.random(in: 1...3_000, using: &random))
          try play.broker.stop(kill: true)
          try play.broker.start()
        }
        try play.load.wait(acknowledged: 1)
      }
    }

    @Test(arguments: Soak.seeds)
    func `a producer cut off between the append and its answer retries without a duplicate, also across a restart`(
      seed: UInt64
    ) throws {
      var random = SeededGenerator(seed: seed)
      try play(seed, flags: []) { play in
        for round in 0..<Soak.choose(12, soak: 100) {
          let cuts = play.way.cutCount
          play.way.cut(after: Int.random(in: 1...200, using: &random), .toClient)
          try eventually("it is cut") { play.way.cutCount > cuts }
          if round % 3 == 2 {
            try play.broker.stop(kill: Bool.random(using: &random))
            try play.broker.start()
          }
          try play.load.wait(acknowledged: Int.random(in: 1...500, using: &random))
        }
      }
    }

    @Test func `ten thousand connections that say nothing cost little and keep nobody out`() throws {
      let broker = try EmbeddedBrokerServer()
      try broker.makeTopic("load", partitions: 3)
      let idle = try IdleConnections(port: broker.port, count: 10_000)
      let load = try BrokerLoad(broker.kafkaSettings, topic: "load")
      try load.wait(acknowledged: 5_000)
      let verdict = try BrokerVerdict(
        TopicReader(broker.bootstrapServers, topic: "load"), acknowledged: load.finish())
      #expect(verdict.isSound, "\(verdict)")
      #expect(idle.count == 10_000)
      #expect(try broker.residentBytes() < 150 << 20)
    }
  }
}
