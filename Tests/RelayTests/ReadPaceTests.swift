import Testing

@testable import Relay

@Suite("The pace of reading")
struct ReadPaceTests {
  @Test func `a few rows go to Kafka at once and the socket is watched on`() {
    var pace = ReadPace()
    let sends = pace.didRead(rows: 1, isDry: true, now: 0)
    #expect(sends && pace.mayRead(now: 0) && pace.pause(now: 0) == nil)
  }

  @Test func `a turn without rows asks for nothing`() {
    var pace = ReadPace()
    let sends = [0, 3, 0].map { pace.didRead(rows: $0, isDry: true, now: 0) }
    #expect(sends == [false, true, false])
  }

  @Test func `many rows make the next turn wait, and the first turn that brings few sends all`() {
    var pace = ReadPace()
    let first = pace.didRead(rows: ReadPace.busyRows, isDry: true, now: 1_000)
    #expect(!first && !pace.mayRead(now: 1_000) && pace.pause(now: 1_000) == ReadPace.pauseNanoseconds)
    let later = 1_000 + ReadPace.pauseNanoseconds
    #expect(pace.mayRead(now: later) && pace.pause(now: later) == nil)
    let second = pace.didRead(rows: 0, isDry: true, now: later)
    #expect(second && pace.mayRead(now: later))
  }

  @Test func `while more has arrived than a turn takes, nothing pauses and everything lingers`() {
    var pace = ReadPace()
    let sends = [pace.didRead(rows: 256, isDry: false, now: 0), pace.didRead(rows: 2, isDry: true, now: 0)]
    #expect(sends == [false, true] && pace.mayRead(now: 0))
  }
}
