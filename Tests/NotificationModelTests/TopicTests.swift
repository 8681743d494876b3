import NotificationModel
import Testing

@Suite("The table of topics")
struct TopicTests {
  private let layout = TopicLayout(partitions: 6, replication: 3)

  @Test func `names are distinct and have the prefix`() {
    let names = NotificationTopic.all.map(\.name)
    #expect(names.count == 14)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.hasPrefix("notification.") })
    #expect(names.contains("notification.push.ios") && names.contains("notification.retry.5m"))
  }

  @Test func `what failed fits with its headers, wherever it goes`() {
    let events = layout.configuration(of: .events)["max.message.bytes"].flatMap { Int($0) } ?? 0
    for topic in [.deadLetters, .parked] + NotificationTopic.retries {
      #expect(layout.configuration(of: topic)["max.message.bytes"] == "\(events + 65_536)", "\(topic.name)")
    }
    #expect(layout.configuration(of: .email)["max.message.bytes"] == "\(events)")
  }

  @Test func `retries carry the broker's time and the rest their producer's`() {
    for topic in NotificationTopic.all {
      let isRetry = topic.name.contains(".retry.")
      #expect(
        layout.configuration(of: topic)["message.timestamp.type"] == (isRetry ? "LogAppendTime" : "CreateTime"))
    }
  }

  @Test func `what is parked is kept for ever, events for seven days, deliveries for three`() {
    #expect(layout.configuration(of: .parked)["retention.ms"] == "-1")
    #expect(layout.configuration(of: .events)["retention.ms"] == "604800000")
    #expect(layout.configuration(of: .sms)["retention.ms"] == "259200000")
  }

  @Test(arguments: [(1, 1), (2, 1), (3, 2), (5, 2)])
  func `one broker may be away where there are three copies`(copies: Int, inSync: Int) {
    let layout = TopicLayout(partitions: 1, replication: copies)
    #expect(layout.minInSyncReplicas == inSync)
    #expect(layout.configuration(of: .events)["min.insync.replicas"] == "\(inSync)")
  }
}
