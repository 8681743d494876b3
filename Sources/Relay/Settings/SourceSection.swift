import Configuration
import Operations
import Postgres

extension SourceSettings {
  /// The list `relay.sources`, or, without one, the single source whose keys stand in `relay` itself.
  static func all(in relay: ConfigurationReader) -> [SourceSettings] {
    let elements = relay.elements("sources")
    guard !elements.isEmpty else { return SourceSettings.read(section: relay) }
    for key in ["dsn", "slot", "publication", "topic", "outboxTables"] where relay.isSet(key) {
      relay.report(.conflict, key, "stands beside relay.sources; give it in the source that it is for")
      relay.leave(key)
    }
    let sources = elements.flatMap(SourceSettings.read)
    reportRepeated(sources.map(\.name), "name", in: relay)
    reportRepeated(sources.map { "\($0.connection) slot=\($0.slot)" }, "slot", in: relay)
    return sources
  }

  private static func reportRepeated(_ values: [String], _ what: String, in relay: ConfigurationReader) {
    guard Set(values).count < values.count else { return }
    relay.report(.conflict, "sources", "has two sources with one \(what); each needs its own")
  }

  /// Reads one source:
  /// - `name` (text, default): in logs and metrics.
  /// - `dsn`, `password` (or `dsnFile`, `passwordFile`): the database, as the relay's role.
  /// - `slot`, `publication` (text, bongsu).
  /// - `outboxTables` (number, 1): how many tables `migrate outbox --tables` made; each has its own slot and publication,
  ///   `bongsu`, `bongsu_2` and so on, and becomes a source of its own.
  /// - `topic` (text, notification.events), `parkedTopic` (text, notification.parked).
  /// - `routes` (aggregate type: topic): where rows go instead of `topic`.
  /// - `columns` (`id`, `aggregateType`, `aggregateId`, `type`, `payload`, `headers`, `createdAt`: the table's name).
  /// - `createSlot` (true or false, false): for the first set-up.
  /// - `heartbeat` (time, 10s; 0 is never).
  /// - `maintenance.interval` (time, 1h; 0 is never), `.keep` (time, 7d), `.dsn` (the source's own): when and as whom
  ///   `outbox.maintain` runs, where the database has it and grants it.
  private static func read(section: ConfigurationReader) -> [SourceSettings] {
    let name = section.string("name", default: "default")
    let connection = ConnectionSettings(section: section)
    if connection == nil, !section.isSet("dsn"), !section.isSet("dsnFile") {
      section.reportMissing("dsn", flag: section.path == "relay" ? "--dsn" : nil)
    }
    var source = SourceSettings(
      name: name, connection: connection ?? ConnectionSettings(), slot: section.slot("slot"),
      publication: section.string("publication", default: "bongsu"),
      topic: section.topic("topic", default: "notification.events"),
      parkedTopic: section.topic("parkedTopic", default: "notification.parked"))
    source.routes = section.map("routes")
    source.columns = ColumnNames(section: section.section("columns"))
    source.createSlot = section.bool("createSlot", default: false)
    source.heartbeat = section.duration("heartbeat", in: .zero...(.seconds(86_400)), default: .seconds(10))
    source.maintenance = MaintenanceSettings(section: section.section("maintenance"))
    let tables = section.int("outboxTables", in: 1...64, default: 1)
    return connection == nil ? [] : (1...tables).map { source.ofTable($0) }
  }

  /// The source of the outbox's table number `number`, from 1.
  private func ofTable(_ number: Int) -> SourceSettings {
    guard number > 1 else { return self }
    var copy = self
    copy.name = "\(name)_\(number)"
    copy.slot = "\(slot)_\(number)"
    copy.publication = "\(publication)_\(number)"
    // One run of outbox.maintain serves all tables of a database.
    copy.maintenance = nil
    return copy
  }
}

extension ConfigurationReader {

  fileprivate func slot(_ key: String) -> String {
    string(key, default: "bongsu", expected: "1 to 60 small letters, digits and underscores") {
      $0.wholeMatch(of: /[a-z0-9_]{1,60}/) != nil
    }
  }

  fileprivate func topic(_ key: String, default standard: String) -> String {
    string(
      key, default: standard, expected: "a topic's name: 1 to 249 letters, digits, dots, underscores and hyphens"
    ) { $0.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil }
  }
}

extension ColumnNames {
  fileprivate init(section: ConfigurationReader) {
    self.init()
    id = section.string("id", default: id)
    aggregateType = section.string("aggregateType", default: aggregateType)
    aggregateID = section.string("aggregateId", default: aggregateID)
    type = section.string("type", default: type)
    payload = section.string("payload", default: payload)
    headers = section.string("headers", default: headers)
    createdAt = section.string("createdAt", default: createdAt)
  }
}

extension MaintenanceSettings {
  /// Nil when it is somebody else's.
  fileprivate init?(section: ConfigurationReader) {
    let day = Duration.seconds(86_400)
    let interval = section.duration("interval", in: .zero...day, default: .seconds(3_600))
    let keep = section.duration("keep", in: day...(day * 3_650), default: day * 7)
    let connection = ConnectionSettings(section: section)
    guard interval > .zero else { return nil }
    self.init(connection: connection, interval: interval, keep: "\(keep.components.seconds) seconds")
  }
}
