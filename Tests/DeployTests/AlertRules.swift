/// What the text of deploy/prometheus/alerts.yaml says; whether it is valid is promtool's to judge.
struct AlertRules {
  struct Rule {
    var name: String
    var text: Substring

    func has(_ key: String) -> Bool { text.contains("\n        \(key): ") }
    /// The file and the heading that the runbook annotation names.
    var runbook: (file: String, anchor: String)? {
      text.firstMatch(of: /\n          runbook: ([a-z.\/]+)#([a-z-]+)\n/).map { (String($0.1), String($0.2)) }
    }
    var hasSeverity: Bool { text.contains(/\n        labels: {severity: (warning|critical)}\n/) }
    var hasSummary: Bool { text.contains(/\n          summary: ".+"\n/) }
  }

  let rules: [Rule]
  /// The names of Bongsu's metrics that its expressions use.
  let metrics: Set<String>
  /// Label matchers with a value of Bongsu's own, as in `status="lost"`, one for each alternative.
  let matchers: Set<String>

  init(_ text: String) {
    let parts = (text + "\n").split(separator: "      - alert: ").dropFirst()
    rules = parts.map { Rule(name: String($0.prefix { $0 != "\n" }), text: $0) }
    metrics = Set(text.matches(of: /bongsu_[a-z_]+/).map { String($0.0) })
    matchers = Set(
      text.matches(of: /(status|state|result|side)=~?"([a-z|]+)"/).flatMap { match in
        match.2.split(separator: "|").map { "\(match.1)=\"\($0)\"" }
      })
  }

  /// A heading's anchor as GitHub makes it.
  static func anchor(_ heading: some StringProtocol) -> String {
    heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }.replacing(" ", with: "-")
  }
}
