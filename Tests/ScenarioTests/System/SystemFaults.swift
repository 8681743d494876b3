import Foundation
import TestSupport
import Testing

extension RoleScenarios {
  /// From a transaction to the providers through all roles, two copies of each, judged from outside.
  @Suite struct SystemFaults {
    @Test(arguments: Soak.seeds)
    func `whatever is killed or stands still, every order reaches everybody it has to`(seed: UInt64) throws {
      let play = try SystemPlay(seed: seed)
      defer { play.end() }
      let start = ContinuousClock.now
      do {
        try play.start()
        try play.run(events: Soak.choose(1_000, soak: 20_000), perSecond: Soak.choose(50, soak: 500))
        try play.settle(within: .seconds(180))
      } catch {
        try? play.site.recover()
        let verdict = (try? play.verdict().description) ?? "none"
        Issue.record(error, "seed \(seed): verdict \(verdict)\nfaults \(play.cast.hits)\n\(play.cast.lastWords)")
        return
      }
      let verdict = try play.verdict()
      let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
      print(
        "scenario\tsystem\t\(seed)\t\(verdict.expected)\t\(verdict.missing.count)\t\(verdict.duplicates)\t-\t\(seconds)")
      print("system, seed \(seed): \(verdict); faults \(play.cast.hits.sorted { $0.key < $1.key })")
      #expect(verdict.isSound, "seed \(seed): \(verdict)\nfaults \(play.cast.hits)\n\(play.cast.lastWords)")
    }
  }
}
