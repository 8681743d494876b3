import Glibc
import Kafka
import LocalServers
import Postgres
import Redis
import TestSupport
import Testing

/// Each server through its life; what it serves is tested where that is spoken.
@Suite(.serialized) struct ServerTests {
  @Test(.requires(.redis)) func `Redis starts, listens and stops`() throws {
    let redis = try RedisServer()
    #expect(!FreePort.isFree(redis.port))
    redis.stop()
    #expect(FreePort.isFree(redis.port))
  }

  @Test(.requires(.postgres)) func `PostgreSQL keeps its data through each way to stop`() throws {
    let server = try PostgresServer()
    try query(server, "CREATE TABLE kept (n int)")
    for mode: PostgresServer.StopMode in [.fast, .immediate, .kill] {
      try query(server, "INSERT INTO kept VALUES (1)")
      try server.stop(mode)
      #expect(FreePort.isFree(server.port))
      try server.start()
    }
    #expect(try query(server, "SELECT count(*) FROM kept") == "3")
  }

  @Test(.requires(.postgres), .requires(.redis))
  func `in a directory that is kept, servers go on where others stopped or were killed`() throws {
    let folder = try TemporaryDirectory()
    for (run, mode): (Int, PostgresServer.StopMode) in [(0, .fast), (1, .kill), (2, .fast)] {
      let postgres = try PostgresServer(kept: folder.file("postgres"))
      let redis = try RedisServer(kept: folder.file("redis"))
      let commands = try RedisConnection(RedisSettings(address: redis.address))
      if run == 0 { try query(postgres, "CREATE TABLE kept (n int)") }
      try query(postgres, "INSERT INTO kept VALUES (1)")
      #expect(try query(postgres, "SELECT count(*) FROM kept") == "\(run + 1)")
      #expect(try commands.run("INCR", "kept") == .integer(Int64(run) + 1))
      try postgres.stop(mode)
      mode == .kill ? redis.kill() : redis.stop()
    }
  }

  @Test(.requires(.postgres)) func `a paused PostgreSQL answers when it is resumed`() throws {
    let server = try PostgresServer()
    server.pause()
    let error = #expect(throws: PostgresError.self) {
      try PostgresConnection(try ConnectionSettings(conninfo: server.conninfo() + " connect_timeout=2"))
    }
    #expect(error != nil)
    server.resume()
    #expect(try query(server, "SELECT 1") == "1")
  }

  @Test(.requires(.kafka)) func `Kafka keeps its topics when it is killed and when it is paused`() throws {
    let kafka = try KafkaServer()
    try kafka.makeTopic("kept", partitions: 3)
    try kafka.stop(kill: true)
    #expect(FreePort.isFree(kafka.port))
    try kafka.start()
    kafka.pause()
    kafka.resume()
    try eventually("it has its topic") {
      let topics = try Admin(kafka.kafkaSettings).describeTopics(["kept"], timeoutMilliseconds: 10_000)
      return topics.first?.partitions.count == 3
    }
    try kafka.stop()
    #expect(FreePort.isFree(kafka.port))
  }

  @discardableResult
  private func query(_ server: PostgresServer, _ sql: String) throws -> String? {
    try PostgresConnection(server.connectionSettings()).execute(sql).scalar
  }
}
