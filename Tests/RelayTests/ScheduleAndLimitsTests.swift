import Testing

@testable import Relay

@Suite("The watcher's schedule and the topics' limits")
struct ScheduleAndLimitsTests {
  private static let second: Int64 = 1_000_000_000

  @Test("each task comes at once and then after its own interval, and what is switched off never")
  func schedule() {
    var schedule = WatchSchedule(heartbeat: .seconds(10), maintenance: nil, now: 0)
    let first = schedule.due(now: 0)
    let wait = schedule.nanosecondsToNext(now: 0)
    let second = schedule.due(now: 5 * Self.second)
    let third = schedule.due(now: 10 * Self.second)
    #expect(first == [.look, .heartbeat] && second == [.look] && third == [.look, .heartbeat])
    #expect(wait == 5 * Self.second)
  }

  @Test("batches stay below the smallest topic's limit, and records may be as large as the largest one's")
  func limits() throws {
    let limits = try #require(TopicLimits([20_000, 2_000_000]))
    #expect(limits.properties == ["batch.size": "18976", "message.max.bytes": "2000000"])
    #expect(TopicLimits.kafkaDefault.properties["batch.size"] == "1000000")
    #expect(TopicLimits([]) == nil)
  }
}
