import PGOutput
import Testing

@testable import Relay

@Suite("The flight of rows that wait for Kafka")
struct FlightTests {
  private func flight() -> Flight { Flight(rowsMax: 64, confirmed: LSN(rawValue: 100)) }

  @Test("a commit is confirmable only once every row before its end was acknowledged")
  func contiguousPrefix() {
    var flight = flight()
    let first = flight.append(bytes: 10, committedAt: 1)
    let second = flight.append(bytes: 20, committedAt: 1)
    flight.commit(end: LSN(rawValue: 200))
    let third = flight.append(bytes: 30, committedAt: 2)
    flight.commit(end: LSN(rawValue: 300))
    flight.acknowledge(third)
    flight.acknowledge(second)
    #expect(flight.confirmable == LSN(rawValue: 100))
    #expect(flight.bytes == 60)
    flight.acknowledge(first)
    #expect(flight.confirmable == LSN(rawValue: 300))
    #expect(flight.isEmpty && flight.bytes == 0)
  }

  @Test("rows acknowledged behind one that waits have had their answer, though they fly on")
  func unanswered() {
    var flight = flight()
    let tokens = (0..<4).map { _ in flight.append(bytes: 1, committedAt: 1) }
    flight.acknowledge(tokens[1])
    flight.acknowledge(tokens[3])
    #expect(flight.rows == 4 && flight.unanswered == 2)
    flight.acknowledge(tokens[0])
    #expect(flight.rows == 2 && flight.unanswered == 1)
  }

  @Test("rows of a transaction that has not ended confirm nothing")
  func openTransaction() {
    var flight = flight()
    flight.acknowledge(flight.append(bytes: 1, committedAt: 1))
    #expect(flight.isEmpty)
    #expect(flight.confirmable == LSN(rawValue: 100))
    flight.commit(end: LSN(rawValue: 150))
    #expect(flight.confirmable == LSN(rawValue: 150))
  }

  @Test("an end that a repeated stream names again is not taken back")
  func repeatedEnd() {
    var flight = flight()
    let token = flight.append(bytes: 1, committedAt: 1)
    flight.commit(end: LSN(rawValue: 300))
    flight.commit(end: LSN(rawValue: 200))
    let next = flight.append(bytes: 1, committedAt: 1)
    flight.commit(end: LSN(rawValue: 250))
    flight.acknowledge(next)
    flight.acknowledge(token)
    #expect(flight.confirmable == LSN(rawValue: 300))
  }

  @Test("an acknowledgement that comes twice changes nothing")
  func twice() {
    var flight = flight()
    let token = flight.append(bytes: 1, committedAt: 1)
    flight.commit(end: LSN(rawValue: 200))
    _ = flight.append(bytes: 1, committedAt: 1)
    flight.acknowledge(token)
    flight.acknowledge(token)
    #expect(flight.rows == 1)
    #expect(flight.confirmable == LSN(rawValue: 200))
  }

  @Test("for any order of acknowledgements the confirmed end never passes a row that waits", arguments: 0..<20)
  func anyOrder(seed: UInt64) {
    var random = SplitMix(state: seed)
    var flight = flight()
    var waiting: Set<UInt> = []
    var lastToken: [(end: LSN, token: UInt)] = []
    var end: UInt64 = 100
    for _ in 0..<2_000 {
      if !flight.isFull, Bool.random(using: &random) {
        waiting.insert(flight.append(bytes: 1, committedAt: 1))
        if Int.random(in: 0..<3, using: &random) == 0 {
          end += 10
          flight.commit(end: LSN(rawValue: end))
          lastToken.append((LSN(rawValue: end), flight.tail))
        }
      } else if let token = waiting.randomElement(using: &random) {
        waiting.remove(token)
        flight.acknowledge(token)
      }
      let oldest = waiting.min() ?? flight.tail
      let allowed = lastToken.last { $0.token <= oldest }?.end ?? LSN(rawValue: 100)
      #expect(flight.confirmable == allowed)
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
