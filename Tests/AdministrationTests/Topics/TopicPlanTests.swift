import NotificationModel
import Testing

@testable import Administration

@Suite("Which topics are changed")
struct TopicPlanTests {
  private let layout = TopicLayout(partitions: 6, replication: 3)

  private func found(
    _ topic: NotificationTopic, partitions: Int = 6, replication: Int = 3, _ settings: [String: String?] = [:]
  ) -> FoundTopic {
    var configuration = layout.configuration(of: topic).merging(["segment.bytes": "1"]) { $1 }
    for (name, value) in settings { configuration[name] = value }
    return FoundTopic(
      name: topic.name, partitions: partitions, replication: replication, configuration: configuration)
  }

  private func plan(_ found: [FoundTopic], _ topics: [NotificationTopic] = [.events]) -> TopicPlan {
    TopicPlan(layout, found: found, topics: topics)
  }

  @Test func `on an empty cluster everything is created`() {
    let plan = TopicPlan(layout, found: [])
    #expect(plan.steps.map(\.isMissing) == NotificationTopic.all.map { _ in true })
    #expect(plan.repartitioned.isEmpty)
    #expect(plan.warnings.isEmpty)
    #expect(plan.text.contains("14 to create, 0 to set, 0 to give more partitions."))
  }

  @Test func `by its prefix a plan is of other topics alone`() {
    var other = found(.events, partitions: 3)
    let plan = TopicPlan(layout, found: [other], topics: [.events], prefix: "bulk.")
    #expect(plan.steps.map(\.name) == ["bulk.events"] && plan.steps.map(\.isMissing) == [true])
    other.name = "bulk.events"
    let grows = TopicPlan(layout, found: [other], topics: [.events], prefix: "bulk.")
    #expect(grows.repartitioned == ["bulk.events"] && grows.text.contains("bulk.events  aggregate id"))
  }

  @Test func `what is as it should be is left alone, with the operator's own settings and topics`() {
    let stranger = FoundTopic(name: "orders", partitions: 1, replication: 1, configuration: [:])
    let plan = plan([found(.events), stranger])
    #expect(plan.isNothing)
    #expect(plan.warnings.isEmpty)
    #expect(plan.text.contains("Nothing to do."))
    #expect(!plan.text.contains("orders"))
  }

  @Test func `only our settings that differ are set, also where the broker did not tell one`() {
    let plan = plan([found(.events, ["retention.ms": "1", "cleanup.policy": nil])])
    #expect(
      plan.steps.first?.settings == [
        SettingChange(name: "cleanup.policy", from: nil, to: "delete"),
        SettingChange(name: "retention.ms", from: "1", to: "604800000"),
      ])
    #expect(plan.text.contains("set cleanup.policy unknown -> delete, set retention.ms 1 -> 604800000"))
  }

  @Test func `more partitions are shown loudly and fewer are never made`() {
    let grows = plan([found(.events, partitions: 3)])
    #expect(grows.repartitioned == ["notification.events"])
    #expect(grows.text.contains("PARTITIONS 3 -> 6"))
    #expect(grows.text.contains("--allow-repartition"))
    let shrinks = plan([found(.events, partitions: 12)])
    #expect(shrinks.isNothing)
    #expect(shrinks.warnings.map { $0.contains("12 partitions and not 6") } == [true])
  }

  @Test func `another number of copies is only told`() {
    let plan = plan([found(.events, replication: 1)])
    #expect(plan.isNothing)
    #expect(plan.warnings.map { $0.contains("1 copies and not 3") } == [true])
  }

  @Test(arguments: [(1, "one copy"), (2, "two copies")])
  func `few copies are warned of`(copies: Int, words: String) {
    let plan = TopicPlan(TopicLayout(partitions: 6, replication: copies), found: [])
    #expect(plan.warnings.map { $0.contains(words) } == [true])
  }

  @Test func `the table's columns line up`() {
    let lines = TopicPlan(layout, found: []).text.split(separator: "\n").prefix(15)
    let places = Set(lines.dropFirst().map { $0.count - ($0.hasSuffix("create") ? 6 : 0) })
    #expect(places.count == 1)
    #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
  }
}
