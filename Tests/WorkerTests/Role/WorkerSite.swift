import Foundation
import LocalServers
import NotificationModel
import Redis
import Telemetry
import TestSupport

@testable import Worker

typealias WorkerSite = ChannelSite

extension ChannelSite {
  init() throws { try self.init(.sms) }

  /// Leases are short, as tests wait for them.
  func settings(_ change: (inout WorkerSettings) -> Void = { _ in }) throws -> WorkerSettings {
    var settings = WorkerSettings(
      kafka: broker.kafkaSettings, redis: try SharedServers.redis.redisSettings, channel: channel)
    (settings.topicPrefix, settings.redisPrefix, settings.group) = (prefix, prefix, group)
    settings.lease = .seconds(2)
    change(&settings)
    return settings
  }

  func worker(
    _ provider: SpyProvider, registry: MetricsRegistry = MetricsRegistry(),
    _ change: (inout WorkerSettings) -> Void = { _ in }
  ) throws -> WorkerRole {
    let worker = WorkerRole(
      try settings(change), provider: provider, registry: registry,
      logger: Logger(label: "test", level: .critical))
    worker.start()
    return worker
  }

  static func delivery(
    _ id: String = UUID().uuidString.lowercased(), to number: Int = 1, channel: DeliveryChannel = .sms
  ) -> Delivery {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    return Delivery(
      id: id, eventID: "e-\(id)", eventTime: now, replay: 0, user: Int64(number), channel: channel,
      target: "\(number)", address: .phone("+8210\(10_000_000 + number)"), category: "service",
      content: MessageContent(sms: SMSContent(body: "Hi")), priority: .normal, notBefore: now, sendBefore: nil)
  }
}
