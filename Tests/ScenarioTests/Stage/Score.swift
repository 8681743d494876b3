import Glibc
import TestSupport

/// How many duplicates a fault may cause.
enum Duplicates: CustomStringConvertible {
  case none
  /// Of the committed rows.
  case share(Double)
  /// What can be in flight at once: librdkafka 2.0.2 loses its place now and then when a broker comes back, and the
  /// producer made anew sends again what the old one had.
  case flight
  /// The fault repeats a window that the scenario makes as large as it can.
  case any

  func allows(_ verdict: Verdict) -> Bool {
    switch self {
    case .none: verdict.duplicates == 0
    case .share(let share): Double(verdict.duplicates) <= share * Double(verdict.committed)
    case .flight: verdict.duplicates <= 16_384
    case .any: true
    }
  }

  var description: String {
    switch self {
    case .none: "no duplicates allowed"
    case .share(let share): "duplicates up to \(share) of the rows allowed"
    case .flight: "duplicates up to a flight allowed"
    case .any: "any duplicates allowed"
    }
  }
}

/// One line of a run's table; scripts/soak collects them.
struct Score {
  private let fields: [String]

  init(_ name: String, _ seed: UInt64, _ verdict: Verdict, absent: Int, seconds: Double) {
    let share = verdict.committed > 0 ? 100 * Double(verdict.duplicates) / Double(verdict.committed) : 0
    fields = [
      name, "\(seed)", "\(verdict.committed)", "\(verdict.missing - absent)", "\(verdict.duplicates)",
      Self.rounded(share),
      Self.rounded(seconds),
    ]
  }

  func report() {
    print("scenario\t" + fields.joined(separator: "\t"))
    // A pipe would show it at the end of all.
    fflush(nil)
  }

  private static func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
