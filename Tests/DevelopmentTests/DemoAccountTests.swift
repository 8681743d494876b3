import NotificationModel
import Testing

@testable import Development

@Suite("A demo's account")
struct DemoAccountTests {
  private let forecasts = DeliveryForecast(
    contacts: .init(
      email: Dictionary(uniqueKeysWithValues: (1...3_000).map { ($0, Int64($0) + 10_000) }),
      phone: Dictionary(
        uniqueKeysWithValues: (1...3_000).filter { SamplePerson($0).phone != nil }.map { ($0, Int64($0) + 20_000) })),
    channels: Set(DeliveryChannel.allCases))
  private let event = "018f0000-0000-7000-8000-000000000001"

  @Test func `everybody gets what their devices, addresses and wishes say`() {
    func forecast(_ person: Int, wantsPush: Bool = true) -> DeliveryForecast.Forecast {
      forecasts.forecast(event, SamplePerson(person), wantsPush: wantsPush)
    }
    // iPhone, Android phone, number and mail.
    #expect(forecast(4).delivered.count == 4 && forecast(4).suppressed.isEmpty)
    #expect(forecast(4).isPush == [true, true, false, false])
    #expect(forecast(4, wantsPush: false).delivered.count == 2)
    #expect(forecast(4, wantsPush: false).suppressed == [.optedOut: 2])
    // No phone number; no device; a device signed out; no mail; no SMS; mails that came back; nothing at all.
    #expect(forecast(5).delivered.count == 2)
    #expect(forecast(17).delivered.count == 2)
    #expect(forecast(23).suppressed == [.deviceDisabled: 1])
    #expect(forecast(11).suppressed == [.optedOut: 1])
    #expect(forecast(13).suppressed == [.optedOut: 1])
    #expect(forecast(41).suppressed == [.suppressedAddress: 1])
    #expect(forecast(97).delivered.isEmpty && forecast(97).suppressed == [.optedOut: 3])
    #expect(Set(forecast(4).delivered).isDisjoint(with: forecast(7).delivered))
  }

  @Test func `channels that nobody sends by are not expected`() {
    let pushes = DeliveryForecast(contacts: forecasts.contacts, channels: [.pushIOS])
    #expect(pushes.forecast(event, SamplePerson(4), wantsPush: true).delivered.count == 1)
  }

  private func ledger() -> DemoLedger {
    var ledger = DemoLedger()
    ledger.add(.init(delivered: ["a", "b"], isPush: [true, false], suppressed: [.optedOut: 2]), isOpen: false)
    ledger.add(.init(delivered: ["c", "d"], isPush: [true, false]), isOpen: true)
    ledger.addRollback()
    return ledger
  }

  @Test func `is sound when all arrived, whatever became of what was undecided`() {
    for more in [[:], ["c": 1]] {
      let account = DemoAccount(ledger(), receipts: ["a": 1, "b": 1, "d": 1].merging(more) { $1 })
      #expect((account.committed, account.rolledBack) == (2, 1))
      #expect((account.expected, account.delivered, account.missing) == (3, 3, 0))
      #expect((account.duplicates, account.uncalledFor, account.undecided) == (0, 0, 1))
      #expect(account.suppressed == ["OPTED_OUT": 2])
      #expect(account.isSound)
    }
  }

  @Test func `is not when one is missing, or one arrived that nobody asked for`() {
    let missing = DemoAccount(ledger(), receipts: ["a": 1, "b": 3])
    #expect((missing.missing, missing.duplicates) == (1, 2))
    #expect(!missing.isSound)
    let stranger = DemoAccount(ledger(), receipts: ["a": 1, "b": 1, "d": 1, "rolled back": 1])
    #expect(stranger.uncalledFor == 1 && !stranger.isSound)
    #expect(!DemoAccount(DemoLedger(), receipts: [:]).isSound)
  }

  @Test func `says each number, and the reasons`() {
    var figures = SiteFigures()
    figures.channels["sms"] = SiteFigures.Channel()
    figures.channels["sms"]?.retrying = 1_234
    (figures.relayP50, figures.relayP99) = (0.0025, 0.05)
    let text = DemoAccount(ledger(), receipts: ["a": 1, "b": 1, "d": 2], figures).text
    for words in [
      "  events committed              2", "  missing                       0", "  duplicates                    1",
      "OPTED_OUT 2", "  attempts retried          1,234", "  either way                    1",
      "  commit to topic          2.5 ms   at most, for half of them; 50 ms for 99 of 100",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test func `orders reach everybody, and as many are rolled back as were to be`() {
    var settings = DemoSettings()
    (settings.orders, settings.rate) = (5_000, 100)
    let plan = OrderPlan(settings: settings, people: 300)
    #expect(Set((0..<5_000).map { plan.person($0).number }) == Set(1...300))
    #expect((0..<5_000).count(where: plan.isRolledBack) == 500)
    #expect(plan.due(250) == .seconds(2.5))
    #expect((0..<80).filter { plan.person($0).number == OrderPlan.optingOut }.count >= 2)
    // One single person is everybody.
    #expect(OrderPlan(settings: settings, people: 1).person(7).number == 1)
  }

  @Test func `each act happens once, at its place`() {
    var settings = DemoSettings()
    settings.orders = 100
    var acts = DemoActs(OrderPlan(settings: settings, people: 10))
    #expect(acts.due(before: 24).isEmpty)
    #expect(acts.due(before: 25) == [.outage] && !acts.hasOptedOut)
    #expect(acts.due(before: 60) == [.optOut] && acts.hasOptedOut)
    #expect(acts.due(before: 100).isEmpty)
    settings.outage = .zero
    var calm = DemoActs(OrderPlan(settings: settings, people: 10))
    #expect(calm.due(before: 100) == [.optOut])
  }

  @Test func `receipts are read line by line`() {
    #expect(StandIns.receipts("a 1\nb 2\nnonsense\na 3\n") == ["a": 4, "b": 2])
  }
}
