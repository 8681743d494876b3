import Testing

@testable import Relay

@Suite("The pace of reading")
struct ReadPaceTests {
  private let quiet = ReadPace.quietNanoseconds

  @Test func `a few rows go to Kafka at once`() {
    var pace = ReadPace()
    let sends = pace.didRead(rows: 1, isDry: true, now: 0)
    #expect(sends && pace.untilQuiet(now: 0) == nil)
  }

  @Test func `a turn without rows asks for nothing`() {
    var pace = ReadPace()
    let sends = [0, 3, 0].map { pace.didRead(rows: $0, isDry: true, now: 0) }
    #expect(sends == [false, true, false])
  }

  @Test func `many rows linger until nothing has come for a moment`() {
    var pace = ReadPace()
    let first = pace.didRead(rows: ReadPace.busyRows, isDry: true, now: 1_000)
    #expect(!first && pace.untilQuiet(now: 1_000) == quiet)
    let early = pace.didRead(rows: 0, isDry: true, now: 999 + quiet)
    #expect(!early && pace.untilQuiet(now: 999 + quiet) == 1)
    let last = pace.didRead(rows: 0, isDry: true, now: 1_000 + quiet)
    #expect(last && pace.untilQuiet(now: 1_000 + quiet) == nil)
  }

  @Test func `each row of a busy stream puts the moment off`() {
    var pace = ReadPace()
    let sends = (0..<100).map { pace.didRead(rows: $0 == 0 ? 16 : 1, isDry: true, now: Int64($0) * quiet / 2) }
    #expect(!sends.contains(true))
  }

  @Test func `while more has arrived than a turn takes, everything lingers`() {
    var pace = ReadPace()
    let sends = [pace.didRead(rows: 3, isDry: false, now: 0), pace.didRead(rows: 0, isDry: false, now: quiet)]
    #expect(sends == [false, false])
  }

  @Test func `many rows make it busy until they are sent`() {
    var pace = ReadPace()
    #expect(!pace.isBusy)
    _ = pace.didRead(rows: ReadPace.busyRows - 1, isDry: false, now: 0)
    #expect(!pace.isBusy)
    _ = pace.didRead(rows: 1, isDry: true, now: 1)
    #expect(pace.isBusy)
    let sends = pace.didRead(rows: 0, isDry: true, now: 1 + quiet)
    #expect(sends && !pace.isBusy)
  }
}
