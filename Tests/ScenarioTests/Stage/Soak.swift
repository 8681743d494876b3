import Foundation
import TestSupport

/// How long and how often: one seed and short faults in a test run, several seeds and long faults in `scripts/soak`.
enum Soak {
  private static let environment = ProcessInfo.processInfo.environment

  static let isOn = environment["BONGSU_SOAK"] == "1"

  /// BONGSU_CLUSTER=1 asks for the plays on three brokers also without a soak.
  static let hasCluster = environment["BONGSU_CLUSTER"] == "1"

  /// BONGSU_SEED plays one of them again.
  static let seeds: [UInt64] = {
    if let seed = environment["BONGSU_SEED"].flatMap(UInt64.init) { return [seed] }
    let count = environment["BONGSU_SEEDS"].flatMap(UInt64.init) ?? 3
    return isOn ? Array(1...count) : [1]
  }()

  /// The short of two values, or the long one when soaking.
  static func choose<T>(_ short: T, soak long: T) -> T { isOn ? long : short }

  /// How long a server stays away or stands still.
  static var pause: Duration { choose(.seconds(1), soak: .seconds(30)) }
}
