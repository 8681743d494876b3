import Testing

@testable import HTTPTransfer

struct LookPaceTests {
  @Test func `sockets rest for longer the more is in flight, and not at all where little is`() {
    var pace = LookPace()
    pace.note(5_000_000_000)
    #expect(pace.restsUntil(inFlight: 0) == 5_000_000_000)
    #expect(pace.restsUntil(inFlight: 49) == 5_000_000_000)
    #expect(pace.restsUntil(inFlight: 50) == 5_000_500_000)
    #expect(pace.restsUntil(inFlight: 1_000) == 5_010_000_000)
    #expect(pace.restsUntil(inFlight: 4_000) == 5_010_000_000)
  }
}
