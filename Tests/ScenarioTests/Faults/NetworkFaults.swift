import TestSupport
import Testing

extension Scenarios {
  @Suite struct NetworkFaults {
    enum Way: String, CaseIterable, Sendable { case postgres, kafka }

    private static var proxied: Scenario.Setup {
      var setup = Scenario.Setup()
      setup.isProxied = true
      return setup
    }

    private func proxy(_ scene: Scenario, _ way: Way) -> FaultProxy {
      way == .postgres ? scene.stage.wayToPostgres : scene.stage.wayToKafka
    }

    @Test(arguments: Way.allCases, Soak.seeds)
    func `the network is cut after any byte, in either direction`(way: Way, seed: UInt64) throws {
      try Scenario.play("network: \(way) cut after any byte", seed, Self.proxied) { scene in
        try scene.startRelay()
        let proxy = proxy(scene, way)
        try scene.underLoad { load in
          for direction in [FaultProxy.Direction.toServer, .toClient] {
            try scene.again(Soak.choose(2, soak: 15), under: load) {
              let before = proxy.cutCount
              let limit = Self.isBusy(way, direction) ? 30_000 : 300
              proxy.cut(after: Int.random(in: 1...limit, using: &scene.random), direction)
              try eventually("a connection is cut") { proxy.cutCount > before }
            }
          }
        }
        try scene.settle()
      }
    }

    /// Rows go that way; the other way go answers only.
    private static func isBusy(_ way: Way, _ direction: FaultProxy.Direction) -> Bool {
      (way == .postgres) == (direction == .toClient)
    }

    @Test(arguments: Way.allCases, Soak.seeds)
    func `the network carries nothing for a while`(way: Way, seed: UInt64) throws {
      try Scenario.play("network: \(way) carries nothing", seed, Self.proxied) { scene in
        try scene.startRelay()
        let proxy = proxy(scene, way)
        try scene.underLoad { load in
          try scene.again(1, under: load) {
            proxy.pause()
            pass(Soak.pause)
            proxy.resume()
          }
        }
        try scene.settle()
      }
    }

    @Test(arguments: Way.allCases, Soak.seeds)
    func `connections are cut and refused for a while`(way: Way, seed: UInt64) throws {
      try Scenario.play("network: \(way) refuses", seed, Self.proxied) { scene in
        try scene.startRelay()
        let proxy = proxy(scene, way)
        try scene.underLoad { load in
          try scene.again(1, under: load) {
            proxy.refuse(true)
            proxy.cutAll()
            pass(Soak.pause)
            proxy.refuse(false)
          }
        }
        try scene.settle()
      }
    }
  }
}
