import Foundation
public import Relay

/// What a doctor found.
public struct DoctorReport: Sendable, Equatable {
  public struct Section: Sendable, Equatable {
    /// As `PostgreSQL (default)`.
    public var name: String
    public var findings: [Finding]

    public init(_ name: String, _ findings: [Finding]) {
      self.name = name
      self.findings = findings
    }
  }

  public var sections: [Section]

  public init(_ sections: [Section]) { self.sections = sections }

  public func count(_ level: Finding.Level) -> Int {
    sections.reduce(0) { $0 + $1.findings.count { $0.level == level } }
  }

  public var isHealthy: Bool { count(.failure) == 0 }

  /// For people: a line for each finding, and what to type under those that are not well.
  public var text: String {
    let parts = sections.map { section in ([section.name] + section.findings.map(Self.lines)).joined(separator: "\n") }
    let sum = "\(count(.ok)) ok, \(count(.warning)) warnings, \(count(.failure)) failures"
    return parts.joined(separator: "\n\n") + "\n\n\(sum)\n"
  }

  private static func lines(_ finding: Finding) -> String {
    let mark =
      switch finding.level {
      case .ok: "ok  "
      case .warning: "warn"
      case .failure: "FAIL"
      }
    return "  \(mark)  \(finding.seen)" + (finding.remedy.map { "\n        -> \($0)" } ?? "")
  }

  /// For programs: `{"failures":0,"warnings":1,"findings":[…]}`, where each finding has `section`, `check`, `level`
  /// (`ok`, `warning`, `failure`), `seen` and, where something is to be done, `remedy`.
  public var json: String {
    let findings = sections.flatMap { section in
      section.findings.map { finding in
        ["section": section.name, "check": finding.check, "level": finding.level.rawValue, "seen": finding.seen]
          .merging(finding.remedy.map { ["remedy": $0] } ?? [:]) { $1 }
      }
    }
    let object: [String: Any] = ["failures": count(.failure), "warnings": count(.warning), "findings": findings]
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Texts and numbers alone can always be written.
    let data = (try? JSONSerialization.data(withJSONObject: object, options: options)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
