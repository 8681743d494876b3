import Kafka
import NotificationModel
import Signing

/// What people are told at once: the alerts of one group within a window, or a digest of several groups.
struct OpsMessage: Sendable, Equatable {
  /// A UUID that follows from the places of its groups' first alerts: told again after a restart it is the same.
  let id: String
  /// The most severe first.
  let groups: [OpsGroup]
  /// Another process began to tell of it, and may have.
  let isRepeated: Bool

  var severity: Alert.Severity { groups.first?.severity ?? .info }
  var count: Int { groups.reduce(0) { $0 + $1.count } }
  /// A message that stands for more groups than it has room for.
  var isDigest: Bool { groups.count > 1 }
  var places: [OpsPlace] { groups.flatMap(\.places) }

  init(_ groups: [OpsGroup], isRepeated: Bool = false) {
    (self.groups, self.isRepeated) = (groups, isRepeated)
    let ids = groups.map(\.id)
    id = ids.count == 1 ? ids[0] : NameUUID.text(namespace: OpsGroup.namespace, name: Array(ids.joined().utf8))
  }
}

/// Where an alert's record is.
struct OpsPlace: Sendable, Equatable {
  let partition: TopicPartition
  let offset: Int64

  init(_ partition: TopicPartition, _ offset: Int64) { (self.partition, self.offset) = (partition, offset) }
}

/// The alerts of one group that wait to be told.
struct OpsGroup: Sendable, Equatable {
  struct Key: Hashable {
    let partition: TopicPartition
    /// Of the group's name.
    let tag: String
  }

  static let namespace: [UInt8] = Array("bongsu ops alert".utf8)

  let key: Key
  let name: String
  /// The worst of its alerts', with that one's words.
  private(set) var severity: Alert.Severity
  private(set) var title: String
  private(set) var detail: String
  /// Things that they stand for.
  private(set) var count: Int
  private(set) var references: [String]
  private(set) var time: UnixTime
  let id: String
  private(set) var places: [OpsPlace]
  /// When the first came, in monotonic nanoseconds.
  let since: Int64

  init(_ alert: Alert, _ place: OpsPlace, now: Int64) {
    (key, name) = (Key(alert, place), OpsText.line(alert.group, 200))
    let first = "\(place.partition.topic)/\(place.partition.partition)/\(place.offset)"
    id = NameUUID.text(namespace: Self.namespace, name: Array(first.utf8))
    (severity, count, time, since) = (alert.severity, max(1, alert.count), alert.time, now)
    (title, detail) = (OpsText.line(alert.title, 300), OpsText.line(alert.detail, 1_000))
    references = alert.references.prefix(Alert.mostReferences).map { OpsText.line($0, 100) }
    places = [place]
  }

  /// The offset of its last alert.
  var end: Int64 { places.last?.offset ?? -1 }

  mutating func add(_ alert: Alert, _ place: OpsPlace) {
    if alert.severity.rank > severity.rank {
      (severity, title, detail) = (alert.severity, OpsText.line(alert.title, 300), OpsText.line(alert.detail, 1_000))
    }
    (count, _) = count.addingReportingOverflow(max(1, alert.count))
    time = max(time, alert.time)
    for reference in alert.references where references.count < Alert.mostReferences {
      references.append(OpsText.line(reference, 100))
    }
    places.append(place)
  }
}

extension OpsGroup.Key {
  init(_ alert: Alert, _ place: OpsPlace) {
    self.init(partition: place.partition, tag: OpsNote.tag(of: alert.group))
  }
}

extension Alert.Severity {
  var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .critical: 2
    }
  }
}
