import HTTPTransfer
import Providers
import Testing
import Worker

@testable import Receipts

@Suite("Calls to one vendor") struct LaneTests {
  private static let second: Int64 = 1_000_000_000

  /// Asks one call for each id; those that begin with `x` are no ids of its.
  private struct Source: SMSResultSource {
    func asks(for ids: [String]) -> [SMSAsk] { ids.filter { !$0.hasPrefix("x") }.map { Self.ask([$0]) } }

    static func ask(_ ids: [String]) -> SMSAsk {
      SMSAsk(ids: ids, request: { _, _ in HTTPRequest(url: "https://vendor.example/") }, judge: { _ in SMSAskEnd() })
    }
  }

  private func lane(rate: Double = 1_000, most: Int = 10) -> ReceiptLane {
    ReceiptLane("v", Source(), rate: rate, most: most, now: 0)
  }

  private func end(_ result: SMSResult, _ id: String = "1") -> SMSAskEnd {
    var end = SMSAskEnd()
    end.results = [id: result]
    return end
  }

  private let busy = SendFailure(.providerBusy, code: "HTTP_503")

  @Test func `no more are in hand than were allowed, on their way or not`() {
    var lane = lane(most: 3)
    #expect(lane.room(now: 0) == 3)
    #expect(lane.add(["1", "x", "2"]) == ["x"])
    #expect(lane.room(now: 0) == 1)
    let asks = lane.admit(now: 0)
    #expect(asks.map(\.ids) == [["1"], ["2"]] && lane.admit(now: 0).isEmpty && lane.room(now: 0) == 1)
    for ask in asks { #expect(lane.ended(ask, end(.delivered, ask.ids[0]), jitter: 0, now: 0) == nil) }
    #expect(lane.room(now: 0) == 3)
  }

  @Test func `it is called no faster than was allowed`() {
    var lane = lane(rate: 10)
    _ = lane.add(["1", "2", "3"])
    #expect(lane.admit(now: 0).count == 1 && lane.admit(now: 0).isEmpty)
    #expect(lane.nextAt(now: 0) == Self.second / 10)
    #expect(lane.admit(now: Self.second / 10).count == 1)
  }

  @Test func `a vendor that fails is left alone, then tried with one message, and used again`() throws {
    var lane = lane(most: 10)
    _ = lane.add((1...9).map { "\($0)" })
    let asks = lane.admit(now: 0)
    for ask in asks.prefix(5) { #expect(lane.ended(ask, end(.noAnswer(busy)), jitter: 1, now: 0) == busy) }
    let opensAt = try #require(lane.breaker.opensAt)
    for ask in asks.dropFirst(5) { _ = lane.ended(ask, end(.noAnswer(busy)), jitter: 1, now: 0) }
    #expect(opensAt == Self.second && lane.room(now: 0) == 0 && lane.room(now: opensAt) == 1)
    _ = lane.add(["1"])
    let probe = lane.admit(now: opensAt)
    #expect(probe.count == 1 && lane.room(now: opensAt) == 0)
    #expect(lane.ended(probe[0], end(.pending), jitter: 1, now: opensAt) == nil)
    #expect(lane.breaker.state == .closed && lane.room(now: opensAt) == 10)
  }

  @Test func `what waits for a vendor that fails is given up, as it comes due again`() {
    var lane = lane(rate: 10)
    _ = lane.add(["1", "2"])
    let asks = lane.admit(now: 0)
    let refused = SendFailure(.providerRefuses, code: "HTTP_401")
    #expect(lane.ended(asks[0], end(.noAnswer(refused)), jitter: 0, now: 0) == refused)
    #expect(lane.nextAt(now: 0) == nil && lane.admit(now: 60 * Self.second).isEmpty)
    #expect(lane.room(now: 60 * Self.second) == 1)
  }

  @Test func `a call that leads to another is no failure, and the other goes first`() {
    var lane = lane(rate: 10)
    _ = lane.add(["1", "2"])
    let asks = lane.admit(now: 0)
    var list = SMSAskEnd()
    list.further = [Source.ask(["1"])]
    #expect(lane.ended(asks[0], list, jitter: 0, now: 0) == nil)
    #expect(lane.admit(now: Self.second / 10).map(\.ids) == [["1"]])
  }

  @Test func `too much halves the pace`() {
    var lane = lane(rate: 100)
    _ = lane.add(["1"])
    let asks = lane.admit(now: 0)
    _ = lane.ended(asks[0], end(.noAnswer(SendFailure(.providerThrottles, code: "HTTP_429"))), jitter: 0, now: 0)
    #expect(lane.pacer.rate ?? 100 < 100)
  }
}
