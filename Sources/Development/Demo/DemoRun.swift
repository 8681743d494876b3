import Glibc
import NotificationModel
public import Operations
public import Runtime
import Synchronization

/// A demo on a site: orders under load, a provider that goes away, somebody who opts out; and at the end an account by
/// what the providers' stand-ins received. Then the site is asked to stop.
public final class DemoRun: Service {
  public let name = "demo"
  public let failed = WakeSignal()
  public let failure: String? = nil
  private let site: Site
  private let settings: DemoSettings
  private let stopRequest = StopRequest()
  private let thread = Mutex<OwnedThread?>(nil)
  private let result = Mutex<DemoAccount?>(nil)

  public init(_ site: Site, _ settings: DemoSettings) { (self.site, self.settings) = (site, settings) }

  /// The account; nil where it did not come to one.
  public var account: DemoAccount? { result.withLock { $0 } }

  public func start() {
    let runner = OwnedThread(name: "demo", stackBytes: 4 << 20) { [self] in
      do {
        try play()
      } catch { site.screen.say("the demo ends: \(error)") }
      // The site stops in the order in which a person would have it stopped; a second word would be a harsh one.
      if !stopRequest.isRequested { kill(getpid(), SIGTERM) }
    }
    thread.withLock { $0 = runner }
  }

  public func stop(within deadline: Duration) {
    stopRequest.request(within: deadline)
    site.watch.wake()
    thread.withLock { $0 }?.join(timeoutMilliseconds: Int32(deadline / .milliseconds(1)))
  }

  private func play() throws {
    let standIns = StandIns(pages: site.pages, port: site.control)
    try standIns.forget()
    let rows = site.watch.figures.rows
    guard let ledger = try placeOrders(standIns) else { return }
    site.screen.say("\(ledger.committed) orders are placed; what is on its way may take some time")
    let account = try drain(ledger, rows: rows + ledger.committed, standIns)
    if stopRequest.isRequested { return }
    site.screen.say(account.text)
    result.withLock { $0 = account }
  }

  /// - Returns: nil for a stop.
  private func placeOrders(_ standIns: StandIns) throws -> DemoLedger? {
    let people = site.settings.people
    let plan = OrderPlan(settings: settings, people: people)
    let load = try OrderLoad(dsn: site.servers.dsn)
    let optingOut = plan.person(OrderPlan.regular)
    try load.setPushes(true, optingOut)
    let forecasts = DeliveryForecast(contacts: try load.contacts(people), channels: Set(DevRole.channels))
    announce()
    if DevRole.retries, settings.failingPercent > 0 {
      try standIns.misbehave("apns", "often", for: .seconds(86_400), percent: settings.failingPercent)
    }
    var ledger = DemoLedger()
    var acts = DemoActs(plan)
    let begun = ContinuousClock.now
    for order in 0..<settings.orders {
      guard wait(until: begun + plan.due(order)) else { return nil }
      for act in acts.due(before: order) { try perform(act, load, optingOut, standIns) }
      let person = plan.person(order)
      let event = try load.place(person, template: plan.template(order), isWithdrawn: plan.isRolledBack(order))
      guard let event else {
        ledger.addRollback()
        continue
      }
      let isTheirs = person == optingOut
      let wantsPush = !(isTheirs && acts.hasOptedOut)
      ledger.add(
        forecasts.forecast(event, person, wantsPush: wantsPush), isOpen: isTheirs && wantsPush)
    }
    return ledger
  }

  private func announce() {
    let seconds = Int(Double(settings.orders) / settings.rate)
    site.screen.say(
      "demo: \(settings.orders) orders in \(seconds) s, \(Int(settings.rollbackShare * 100)) % rolled back")
    for line in Site.demoOverrides { site.screen.say("demo: \(line), shorter than it is anywhere else") }
    if DevRole.retries { site.screen.say("demo: \(settings.failingPercent) % of APNs' answers are failures") }
  }

  private func perform(_ act: DemoActs.Act, _ load: OrderLoad, _ person: SamplePerson, _ standIns: StandIns) throws {
    switch act {
    case .outage:
      try standIns.misbehave("fcm", "down", for: settings.outage)
      site.screen.say("demo: FCM is away for \(Int(settings.outage / .seconds(1))) s")
    case .optOut:
      try load.setPushes(false, person)
      site.screen.say("demo: person \(person.number) opts out of pushes")
    }
  }

  /// - Returns: false for a stop.
  private func wait(until due: ContinuousClock.Instant) -> Bool {
    let left = max(Int64((due - .now) / .nanoseconds(1)), 0)
    return !Poll.wait([stopRequest.signal.fileDescriptor], nanoseconds: left)
  }

  /// Until all of it has arrived and nothing is on its way, or the time is over.
  private func drain(_ ledger: DemoLedger, rows: Int, _ standIns: StandIns) throws -> DemoAccount {
    func account(_ figures: SiteFigures) throws -> DemoAccount {
      DemoAccount(ledger, receipts: try standIns.receipts(), figures)
    }
    _ = try site.watch.wait(settings.drainLimit) { figures in
      if stopRequest.isRequested { return true }
      guard figures.rows >= rows, figures.isQuiet else { return false }
      let now = try account(figures)
      return now.missing <= now.parked
    }
    return try account(site.watch.figures)
  }
}
