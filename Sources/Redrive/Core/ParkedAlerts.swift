import NotificationModel

/// What an operator is told of a batch's parked records: once for each kind and code.
struct ParkedAlerts {
  private var alerts: [String: Alert] = [:]

  /// - Parameters:
  ///   - label: the channel's name, or `events`.
  ///   - code: why they were parked.
  ///   - isExhausted: they had all their attempts, so that something is wrong beyond them.
  ///   - id: of the event or delivery, where it is known.
  mutating func add(_ label: String, code: String, isExhausted: Bool, id: String?, now: UnixTime) {
    let group = "parked/\(Self.word(label))/\(Self.word(code))"
    var alert =
      alerts[group]
      ?? Alert(
        group: group, severity: .warning, title: "\(label): parked, \(code)",
        detail: "They wait for a person: bongsu dlq lists them, and sends them again or removes them.", count: 0,
        time: now)
    if isExhausted {
      alert.severity = .critical
      alert.title = "\(label): parked after all attempts, \(code)"
    }
    alert.count += 1
    if let id, alert.references.count < Alert.mostReferences { alert.references.append(id) }
    alerts[group] = alert
  }

  /// In the order of their groups.
  var all: [Alert] { alerts.sorted { $0.key < $1.key }.map(\.value) }

  /// What a group's name allows.
  private static func word(_ text: String) -> String {
    String(text.prefix(100).map { ($0.isASCII && ($0.isLetter || $0.isNumber)) || "._-".contains($0) ? $0 : "_" })
  }
}
