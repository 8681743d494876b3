import LocalServers
import NotificationModel
import Operations
import Redis
import TestSupport
import Testing

@testable import Worker

@Suite("A worker without Redis", .requires(.broker, .redis)) struct WorkerWithoutRedisTests {
  @Test func `what costs money waits until Redis answers`() throws {
    let site = try WorkerSite()
    let redis = try RedisServer()
    redis.stop()
    try site.produce((0..<10).map { WorkerSite.delivery(to: $0) })
    let provider = SpyProvider()
    let worker = try site.worker(provider) { $0.redis = redis.redisSettings }
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("it holds") { worker.state.kind == .holding }
    #expect(provider.ids == [] && worker.state.reason.hasPrefix("Redis: "))
    try redis.start()
    try eventually("all are committed", within: .seconds(60)) { try site.committed() == 10 }
    #expect(provider.ids.count == 10 && worker.state.kind == .working)
  }

  @Test func `anything else is sent all the same, and told`() throws {
    let site = try WorkerSite()
    let redis = try RedisServer()
    redis.stop()
    try site.produce((0..<10).map { WorkerSite.delivery(to: $0) })
    let provider = SpyProvider()
    let worker = try site.worker(provider) { ($0.redis, $0.withoutRedis) = (redis.redisSettings, .send) }
    defer { try? worker.stop(within: .seconds(5)) }
    try eventually("all are committed") { try site.committed() == 10 }
    #expect(provider.ids.count == 10)
    #expect(try site.statuses(.success).count == 10)
  }
}
