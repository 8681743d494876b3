import TestSupport
import Testing

extension RoleScenarios {
  /// From a transaction to the providers through all roles, two copies of each, judged from outside.
  @Suite struct SystemFaults {
    @Test(arguments: Soak.seeds)
    func `whatever is killed or stands still, every order reaches everybody it has to`(seed: UInt64) throws {
      try SystemPlay.play("system", SystemPlay(seed: seed)) { play in
        try play.runWithFaults(events: Soak.choose(1_000, soak: 20_000), perSecond: Soak.choose(50, soak: 500))
      }
    }

    /// Three JVMs beside everything else are too much for a test run.
    @Test(.enabled(if: Soak.isOn || Soak.hasCluster), .requires(.kafka), arguments: Soak.seeds)
    func `the same on three brokers, whose leaders die in turn`(seed: UInt64) throws {
      try SystemPlay.play("system on a cluster", SystemPlay(seed: seed, broker: ClusterBroker())) { play in
        try play.runWithFaults(events: Soak.choose(1_000, soak: 20_000), perSecond: Soak.choose(50, soak: 500))
      }
    }

    @Test func `orders that come faster than they can be sent are all sent, once, in bounded memory`() throws {
      try SystemPlay.play("system: flood", SystemPlay(seed: 1)) { play in
        try play.flood(events: Soak.choose(2_000, soak: 200_000))
        try play.settle(within: Soak.choose(.seconds(180), soak: .seconds(1_200)))
        #expect(try play.cast.residentPeaks().filter { $0.megabytes > 400 }.isEmpty)
      }
    }
  }
}
