import Foundation
import Kafka
import LocalServers
import NotificationModel
import Postgres
import TestSupport
import Testing

/// The recorder as an operator runs it, on real servers.
@Suite("A recorder", .requires(.postgres, .broker))
struct RecorderRoleTests {
  private let site: RecorderSite

  init() throws { site = try RecorderSite() }

  private func write(_ load: StatusLoad) throws {
    let writer = try RecordWriter(site.router.broker)
    let records = load.deliveries.map { RecordContent.status($0) } + load.routed.map { .routed($0) }
    try writer.write(records, to: site.router.name(.status))
  }

  @Test func `statuses become the log, and offsets are committed once PostgreSQL has them`() throws {
    let load = StatusLoad(events: 100, seed: 1)
    try write(load)
    let recorder = try site.startRecorder()
    let records = Int64(load.deliveries.count + load.routed.count)
    try eventually("all is committed") { try site.committed(.status) == records }
    #expect(try LogModel.deliveries(in: site.database) == LogModel.deliveries(load.deliveries))
    #expect(try LogModel.steps(in: site.database) == LogModel.steps(load.deliveries))
    #expect(try LogModel.routed(in: site.database) == LogModel.routed(load.routed))
    try recorder.waitUntilReady()
    #expect(recorder.said(#""message":"working""#))
    let metrics = try recorder.metrics()
    #expect(metrics.sum("bongsu_recorder_records_total") == Double(records))
    #expect(metrics.sum("bongsu_recorder_latency_seconds_count") == Double(records))
    #expect(try recorder.terminate().isSuccess)
  }

  @Test func `what is no status is parked, and is a dead letter then, once and for all`() throws {
    let writer = try RecordWriter(site.router.broker)
    let poison = [
      RecordContent(key: [1], value: [0xff], headers: [SourceRecord.Header("schema", "status.v1")]),
      RecordContent(key: nil, value: nil, headers: [SourceRecord.Header("own", [0xff])]),
    ]
    try writer.write(poison, to: site.router.name(.status))
    let load = StatusLoad(events: 3, seed: 2)
    try write(load)
    let recorder = try site.startRecorder()
    try eventually("both are dead letters") { try site.count("notification.dead_letter") == 2 }
    try eventually("the rest is recorded") {
      try LogModel.deliveries(in: site.database) == LogModel.deliveries(load.deliveries)
    }
    let codes = try site.database.connect().execute(
      "SELECT error_class || ' ' || error_code FROM notification.dead_letter ORDER BY 1")
    #expect(codes.column == ["PERMANENT INVALID_JSON", "PERMANENT UNKNOWN_SCHEMA"])
    #expect(try site.database.scalar("SELECT value FROM notification.dead_letter WHERE value IS NOT NULL") == #"\xff"#)
    #expect(try recorder.metrics().sum("bongsu_recorder_refused_total") == 2)
    try eventually("the parked ones are committed") { try site.committed(.parked) == 2 }
    #expect(try recorder.terminate().isSuccess)
    #expect(try site.router.records(.parked).count == 2)
  }

  @Test func `without PostgreSQL statuses wait, the recorder keeps its place in the group, and goes on by itself`()
    throws
  {
    let postgres = try PostgresServer()
    let site = try RecorderSite(postgres: postgres)
    let writer = try RecordWriter(site.router.broker)
    let load = StatusLoad(events: 50, seed: 3)
    let recorder = try site.startRecorder(GroupPlace.impatient)
    try recorder.waitUntilReady()
    try postgres.stop(.immediate)
    try writer.write(load.deliveries.map { .status($0) }, to: site.router.name(.status))
    try recorder.waitForProblem("PostgreSQL")
    try eventually("it tells how many wait") {
      try recorder.metrics().sum("bongsu_recorder_lag_records") == Double(load.deliveries.count)
    }
    let place = TopicPartition(site.router.name(.status), 0)
    #expect(try GroupPlace(site.router.broker, group: site.group, place).losses(of: recorder) == [])
    #expect(try site.committed(.status) == 0)
    try postgres.start()
    try eventually("all is committed", within: .seconds(60)) {
      try site.committed(.status) == Int64(load.deliveries.count)
    }
    #expect(try LogModel.deliveries(in: site.database) == LogModel.deliveries(load.deliveries))
    try recorder.waitUntilReady()
    #expect(try recorder.metrics().sum("bongsu_recorder_postgres_failures_total") > 0)
    #expect(try recorder.metrics().sum("bongsu_recorder_restarts_total") == 0)
    #expect(try recorder.metrics().sum("bongsu_recorder_lag_records") == 0)
    #expect(try recorder.terminate().isSuccess)
  }
}
