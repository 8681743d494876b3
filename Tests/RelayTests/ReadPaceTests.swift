import Testing

@testable import Relay

@Suite("The pace of reading")
struct ReadPaceTests {
  @Test func `a few rows go to Kafka at once and the socket is watched on`() {
    var pace = ReadPace()
    #expect(pace.didRead(rows: 1, isDry: true, now: 0))
    #expect(pace.mayRead(now: 0) && pace.pause(now: 0) == nil)
  }

  @Test func `a turn without rows asks for nothing`() {
    var pace = ReadPace()
    #expect(!pace.didRead(rows: 0, isDry: true, now: 0))
    #expect(pace.didRead(rows: 3, isDry: true, now: 0))
    #expect(!pace.didRead(rows: 0, isDry: true, now: 0))
  }

  @Test func `many rows make the next turn wait, and the first turn that brings few sends all`() {
    var pace = ReadPace()
    #expect(!pace.didRead(rows: ReadPace.busyRows, isDry: true, now: 1_000))
    #expect(!pace.mayRead(now: 1_000) && pace.pause(now: 1_000) == ReadPace.pauseNanoseconds)
    let later = 1_000 + ReadPace.pauseNanoseconds
    #expect(pace.mayRead(now: later) && pace.pause(now: later) == nil)
    #expect(pace.didRead(rows: 0, isDry: true, now: later))
    #expect(pace.mayRead(now: later))
  }

  @Test func `while more has arrived than a turn takes, nothing pauses and everything lingers`() {
    var pace = ReadPace()
    #expect(!pace.didRead(rows: 256, isDry: false, now: 0))
    #expect(pace.mayRead(now: 0))
    #expect(pace.didRead(rows: 2, isDry: true, now: 0))
  }
}
