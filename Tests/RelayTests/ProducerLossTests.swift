import Kafka
import LocalServers
import Runtime
import Telemetry
import TestSupport
import Testing

@testable import Relay

@Suite("A source that loses its producer", .requires(.postgres, .broker))
struct ProducerLossTests {
  private let database: TestDatabase
  private let broker: any LocalBroker
  private let settings: RelaySettings
  private let metrics = RelayMetrics(MetricsRegistry(), source: "test")
  private let stop = StopRequest()

  init() throws {
    database = try SharedServers.postgres.newDatabase()
    try database.migrate()
    // Of its own, as it stands still for a while.
    broker = try BrokerChoice.current.start()
    let (topic, slot) = (uniqueName("loss"), uniqueName("loss", separator: "_"))
    try broker.makeTopic(topic, partitions: 3)
    try broker.makeTopic(topic + "-parked")
    try database.makeSlot(slot)
    let source = SourceSettings(
      name: "test", connection: try database.settings, slot: slot, publication: "bongsu", topic: topic,
      parkedTopic: topic + "-parked")
    settings = RelaySettings(sources: [source], kafka: broker.kafkaSettings)
  }

  private func insert(_ rows: Int, from first: Int) throws {
    try database.run(
      """
      INSERT INTO outbox.event (id, aggregatetype, aggregateid, type, payload, headers)
      SELECT gen_random_uuid(), 'order', 'key-' || n % 7, 'order.made', '{}', jsonb_build_object('n', n::text)
      FROM generate_series(\(first), \(first + rows - 1)) n
      """)
  }

  private func start() -> (loop: SourceLoop, thread: OwnedThread) {
    let logger = Logger(label: "test", level: .critical)
    let loop = SourceLoop(
      settings.sources[0], settings, metrics: metrics, logger: logger, stop: stop, progress: ThreadProgress()
    ) { _ in }
    nonisolated(unsafe) let running = loop
    return (loop, OwnedThread(name: "loss") { _ = running.run() })
  }

  private func judge() throws -> Verdict {
    let topic = TopicReader(broker.bootstrapServers, topic: settings.sources[0].topic)
    return try Oracle(database: database, topic: topic).judge()
  }

  @Test func `a fatal error of its producer is followed by another one, and nothing is missing or unaccounted for`()
    throws
  {
    let (loop, thread) = start()
    defer { broker.resume() }
    try insert(300, from: 1)
    try eventually("the first rows are there") { metrics.acknowledged.current == 300 }
    broker.pause()
    try insert(200, from: 301)
    try eventually("more are on their way") { metrics.rows.current == 500 }
    // The loop rests, as nobody answers it, and librdkafka takes a lock of its own for this.
    let failed = try #require(loop.pipeline?.producer)
    failed.injectFatalError(.outOfOrderSequenceNumber, reason: "a test")
    try eventually("the producer is given up") { metrics.abandoned.current == 200 && metrics.unaccounted.current == 0 }
    #expect(metrics.reconnectsKafka.current > 0)
    broker.resume()
    try insert(100, from: 501)
    try eventually("all rows are there", within: .seconds(90)) {
      metrics.rows.current == 600 && metrics.acknowledged.current == 600 && metrics.unaccounted.current == 0
    }
    #expect(metrics.repeated.current == 200)
    #expect(loop.pipeline?.producer !== failed)
    stop.request(within: .seconds(10))
    #expect(thread.join(timeoutMilliseconds: 20_000))
    let verdict = try judge()
    // What lay in the paused broker's sockets comes beside what was sent again.
    #expect(verdict.isSound && verdict.committed == 600 && verdict.duplicates <= 200, "\(verdict)")
  }
}
