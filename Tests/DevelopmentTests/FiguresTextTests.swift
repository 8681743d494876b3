import Testing

@testable import Development

@Suite("What the terminal shows")
struct FiguresTextTests {
  private let figures: SiteFigures = {
    var figures = SiteFigures()
    (figures.rows, figures.acknowledged, figures.relayP99) = (12_345, 12_345, 0.0025)
    (figures.events, figures.routerP99) = (12_000, 2.5)
    figures.suppressed = ["OPTED_OUT": 1_200, "DEVICE_DISABLED": 34]
    figures.channels["push.ios"] = .init(
      deliveries: 9_000, sent: 8_990, retrying: 10, failed: 0, unfinished: 0, p99: .infinity)
    figures.lag = ["bongsu-router": 345, "bongsu-worker-sms": 0]
    return figures
  }()

  @Test func `a page has a line for each stage and channel`() {
    let page = FiguresText.page(figures, seconds: 3_661, roles: ["router": "ended with signal 9"], width: 200)
    #expect(
      page == [
        "bongsu dev  01:01:01  1 not at work", "",
        "  outbox rows        12,345   p99 2.5 ms from commit to Kafka",
        "  events routed      12,000   p99 2.5 s",
        "  suppressed          1,234   OPTED_OUT 1,200, DEVICE_DISABLED 34",
        "  parked                  0", "",
        "                 deliveries       sent   retrying     failed        p99",
        "  push.ios            9,000      8,990         10          0    > 1 min",
        "  push.android            0          0          0          0          -",
        "  sms                     0          0          0          0          -",
        "  email                   0          0          0          0          -", "",
        "  waiting: bongsu-router 345", "  router: ended with signal 9",
      ])
  }

  @Test func `no line is wider than the terminal`() {
    let page = FiguresText.page(figures, seconds: 0, roles: ["x": String(repeating: "y", count: 300)], width: 60)
    #expect(page.allSatisfy { $0.count <= 60 })
  }

  @Test func `a line for a pipe says the same in short`() {
    let line = FiguresText.line(figures, seconds: 5, roles: [:])
    #expect(
      line == "00:00:05  rows 12345  events 12000  deliveries 9000  sent 8990  retrying 10  suppressed 1234  parked 0  "
        + "waiting 345")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
  func `digits are in groups`(_ number: Int, _ text: String) { #expect(FiguresText.grouped(number) == text) }

  @Test func `a page takes the place of the one before, and what is said stays above it`() {
    let written = Written()
    let screen = Screen(isTerminal: true) { written.add($0) }
    screen.show(["a", "b"])
    screen.say("hello")
    screen.show(["c"])
    screen.keep()
    screen.say("end")
    #expect(
      written.all == [
        "a\nb\n", "\u{1b}[2F\u{1b}[Jhello\na\nb\n", "\u{1b}[2F\u{1b}[Jc\n", "end\n",
      ])
  }
}

private final class Written: @unchecked Sendable {
  private(set) var all: [String] = []
  func add(_ text: String) { all.append(text) }
}
