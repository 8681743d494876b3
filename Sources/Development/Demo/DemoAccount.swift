/// A demo's account: what was committed beside what arrived at the providers' stand-ins.
public struct DemoAccount: Sendable, Equatable {
  public var committed = 0
  public var rolledBack = 0
  /// Deliveries that have to be there, by the fixture.
  public var expected = 0
  /// Different ones of them that arrived.
  public var delivered = 0
  /// Expected and not there; among them `parked` ones are not lost, but a person has to look after them.
  public var missing = 0
  /// Receipts beyond each delivery's first.
  public var duplicates = 0
  /// Arrived although nobody committed them, or the person does not want them.
  public var uncalledFor = 0
  /// Pushes on their way while the person opted out: they may arrive or not.
  public var undecided = 0
  /// By reason, as the fixture has it.
  public var suppressed: [String: Int] = [:]
  /// As the roles tell.
  public var retried = 0
  public var parked = 0
  /// From commit to topic, in seconds, by the relay's histogram: at most so long for half, and for 99 of 100.
  public var relayP50: Double?
  public var relayP99: Double?

  /// Nothing is missing, and nothing came that nobody asked for.
  public var isSound: Bool { missing == 0 && uncalledFor == 0 && committed > 0 }

  init() {}

  /// - Parameter receipts: how often each delivery arrived, by its id.
  /// - Parameter figures: what the roles tell.
  init(_ ledger: DemoLedger, receipts: [String: Int], _ figures: SiteFigures = SiteFigures()) {
    (committed, rolledBack) = (ledger.committed, ledger.rolledBack)
    expected = ledger.expected.count
    delivered = ledger.expected.count { receipts[$0] != nil }
    missing = expected - delivered
    duplicates = receipts.values.reduce(0) { $0 + $1 - 1 }
    uncalledFor = receipts.keys.count { !ledger.expected.contains($0) && !ledger.open.contains($0) }
    undecided = ledger.open.count
    suppressed = ledger.suppressed
    (retried, parked) = (figures.retrying, figures.parked)
    (relayP50, relayP99) = (figures.relayP50, figures.relayP99)
  }

  /// For the terminal.
  public var text: String {
    func line(_ name: String, _ count: Int, _ more: String = "") -> String {
      "  " + FiguresText.left(name, 22) + FiguresText.right(FiguresText.grouped(count), 9)
        + (more.isEmpty ? "" : "   \(more)")
    }
    let reasons = suppressed.sorted { $0.key < $1.key }.map { "\($0.key) \(FiguresText.grouped($0.value))" }
    return
      ([
        "", line("events committed", committed), line("rolled back", rolledBack, "nothing of them was sent"),
        line("deliveries expected", expected, "by who has which devices, addresses and wishes"),
        line("delivered", delivered, "as the providers' stand-ins received them"),
        line("suppressed", suppressed.values.reduce(0, +), reasons.joined(separator: ", ")),
        line("attempts retried", retried), line("parked", parked), line("missing", missing),
        line("uncalled for", uncalledFor), line("duplicates", duplicates),
        "  " + FiguresText.left("commit to topic", 22) + FiguresText.right(FiguresText.time(relayP50), 9)
          + "   at most, for half of them; \(FiguresText.time(relayP99)) for 99 of 100",
      ] + (undecided == 0 ? [] : [line("either way", undecided, "on their way while a person opted out")]) + [""])
      .joined(separator: "\n")
  }
}
