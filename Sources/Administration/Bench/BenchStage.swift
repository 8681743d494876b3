import Kafka
import NotificationModel
import Postgres
import Relay
import Runtime

/// What a run makes on the servers, and takes away again.
struct BenchStage {
  let name: BenchName
  let source: SourceSettings
  let kafka: KafkaSettings
  let layout: TopicLayout
  let interruption: BenchInterruption

  /// How long a slot or a lock may be held by what has just ended.
  private static let patience: Int64 = 30

  /// Makes schema, outbox, publication and topic, and waits until the topic can be written to.
  func build() throws {
    try makeTables()
    let topic = NewTopic(
      name.description, partitions: layout.partitions, replicationFactor: layout.replication,
      configuration: layout.configuration(of: .events))
    let admin = try Admin(kafka)
    if let error = try admin.createTopics([topic]).first?.error {
      throw BenchError("topic \(name) cannot be made: \(error); \(KafkaAdvice.text(error.code))")
    }
    try interruption.wait(for: "every partition of topic \(name) has a leader") {
      let partitions = try admin.describeTopics([topic.name], timeoutMilliseconds: 10_000).first?.partitions ?? []
      return partitions.count == layout.partitions && partitions.allSatisfy { $0.leader != nil }
    }
  }

  private func makeTables() throws {
    do {
      try PostgresConnection(source.connection).run(script: Self.tables(name))
    } catch {
      guard error.sqlState == .insufficientPrivilege else { throw error }
      let database = source.connection.value("dbname") ?? "DATABASE"
      throw BenchError(
        "\(error); name the database's owner in --dsn, or type GRANT CREATE ON DATABASE \(database) TO "
          + (source.connection.value("user") ?? "USER"))
    }
  }

  private static func tables(_ name: BenchName) -> String {
    """
    CREATE SCHEMA \(name);
    CREATE TABLE \(name.table) (
      id uuid NOT NULL, aggregatetype text NOT NULL, aggregateid text NOT NULL, type text NOT NULL,
      payload jsonb NOT NULL, headers jsonb, created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (created_at, id));
    CREATE PUBLICATION \(name) FOR TABLE \(name.table) WITH (publish = 'insert')
    """
  }

  /// Rows in the log, before anybody reads them.
  func fill(rows: Int) throws {
    let connection = try PostgresConnection(source.connection)
    try connection.run(script: "SET synchronous_commit = off")
    var left = rows
    while left > 0 {
      try interruption.check()
      let count = min(left, 10_000)
      try connection.run(script: BenchPayload.fill(name.table, rows: count))
      left -= count
    }
    // A walsender sends what is on the disk, and this commit takes all before it there.
    try connection.run(script: "RESET synchronous_commit")
    try connection.execute("SELECT pg_logical_emit_message(true, 'bongsu', '')")
  }

  /// Removes everything, also after a run that failed half-way; what fails keeps the rest from nothing.
  /// - Returns: why something is left.
  func remove() -> [String] {
    var left: [String] = []
    func attempt(_ removal: () throws -> Void) {
      do { try removal() } catch { left.append("\(error)") }
    }
    attempt {
      let connection = try PostgresConnection(source.connection)
      try connection.run(script: "SET lock_timeout = '\(Self.patience)s'")
      attempt { try waitUntilUnused(connection) }
      for statement in name.removal { attempt { try connection.run(script: statement) } }
    }
    attempt { try removeTopic() }
    return left
  }

  /// A slot is busy for a moment after its reader has gone. Signals are not looked at any more.
  private func waitUntilUnused(_ connection: PostgresConnection) throws {
    let deadline = SystemTime.monotonicNanoseconds() + Self.patience * 1_000_000_000
    while try connection.execute(
      "SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active", [.text(source.slot)]
    ).rowCount > 0, SystemTime.monotonicNanoseconds() < deadline {
      _ = Poll.wait([], timeoutMilliseconds: 20)
    }
  }

  private func removeTopic() throws {
    let admin = try Admin(kafka)
    guard let error = try admin.deleteTopics([name.description]).first?.error else { return }
    if error.code != .unknownTopicOrPart { throw error }
  }
}
