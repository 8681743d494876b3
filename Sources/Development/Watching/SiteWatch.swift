import Foundation
public import Operations
public import Runtime
import Synchronization

/// Looks at all roles once a second, shows what they tell, and lets others wait for it.
public final class SiteWatch: Service {
  public let name = "watch"
  public let failed = WakeSignal()
  public let failure: String? = nil
  private let children: [ChildService]
  private let pages: LocalPages
  private let screen: Screen
  private let stopping = WakeSignal()
  private let thread = Mutex<OwnedThread?>(nil)
  private let condition = NSCondition()
  private let latest = Mutex(SiteFigures())
  private let looks = Mutex(0)

  private static let period: Duration = .seconds(1)
  /// Looks from one plain line to the next.
  private static let linePeriod = 5

  public init(_ children: [ChildService], pages: LocalPages, screen: Screen) {
    (self.children, self.pages, self.screen) = (children, pages, screen)
  }

  public func start() {
    let watcher = OwnedThread(name: "watch") { [self] in run() }
    thread.withLock { $0 = watcher }
  }

  public func stop(within deadline: Duration) {
    stopping.signal()
    thread.withLock { $0 }?.join()
    screen.keep()
  }

  /// The newest figures.
  public var figures: SiteFigures { latest.withLock { $0 } }

  /// Waits until what was looked at satisfies `found`, which is asked after each look.
  /// - Returns: false when the time is over, or a stop was asked for.
  public func wait(_ limit: Duration, until found: (SiteFigures) throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: limit / .seconds(1))
    var seen = -1
    while true {
      condition.lock()
      while looks.withLock({ $0 }) == seen, condition.wait(until: deadline) {}
      let now = looks.withLock { $0 }
      condition.unlock()
      if now == seen || now == Int.max { return false }
      seen = now
      if try found(figures) { return true }
    }
  }

  /// Has those who wait ask once more, though nothing new was looked at.
  public func wake() { announce { $0 &+ 1 } }

  private func run() {
    let begun = ContinuousClock.now
    var totals: [String: (page: RunningTotals, starts: Int)] = [:]
    var count = 0
    repeat {
      for child in children { look(at: child, &totals) }
      let figures = SiteFigures(totals.mapValues(\.page.page))
      latest.withLock { $0 = figures }
      wake()
      show(figures, seconds: Int((ContinuousClock.now - begun) / .seconds(1)), count: count)
      count += 1
    } while !Poll.wait([stopping.fileDescriptor], timeoutMilliseconds: Int32(Self.period / .milliseconds(1)))
    announce { _ in .max }
  }

  private func look(at child: ChildService, _ totals: inout [String: (page: RunningTotals, starts: Int)]) {
    guard let place = child.place, let answer = pages.ask("/metrics", port: place.port), answer.status == 200 else {
      return
    }
    var known = totals[child.name] ?? (RunningTotals(), place.starts)
    known.page.take(MetricsPage(answer.body), restarted: known.starts != place.starts)
    known.starts = place.starts
    totals[child.name] = known
  }

  private func announce(_ change: (Int) -> Int) {
    condition.lock()
    looks.withLock { $0 = change($0) }
    condition.broadcast()
    condition.unlock()
  }

  private func show(_ figures: SiteFigures, seconds: Int, count: Int) {
    let problems = children.reduce(into: [:]) { $0.merge($1.readinessProblems) { $1 } }
    if screen.isTerminal {
      screen.show(FiguresText.page(figures, seconds: seconds, roles: problems, width: screen.width))
    } else if count.isMultiple(of: Self.linePeriod) {
      screen.say(FiguresText.line(figures, seconds: seconds, roles: problems))
    }
  }
}
