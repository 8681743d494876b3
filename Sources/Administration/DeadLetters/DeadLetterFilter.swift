import DeadLetters
public import NotificationModel
import Postgres

/// Which dead letters a command is about. Values of one kind are alternatives, kinds all hold.
public struct DeadLetterFilter: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable { case open, replayed, purged }

  public var ids: [Int64] = []
  /// Error codes.
  public var reasons: [String] = []
  public var classes: [String] = []
  public var channels: [DeliveryChannel] = []
  /// The topics that records came from first.
  public var topics: [String] = []
  public var templates: [String] = []
  public var categories: [String] = []
  public var users: [Int64] = []
  /// Only pointers that do not say what they stand for, so that no channel, template, category or user finds them.
  public var isUnnamed = false
  /// When they were parked; `until` is not among them.
  public var since: UnixTime?
  public var until: UnixTime?
  /// Nil: all.
  public var state: State? = .open

  public init() {}

  /// Whether it says nothing but a state.
  public var isUnfiltered: Bool {
    var plain = DeadLetterFilter()
    plain.state = state
    return self == plain
  }

  /// - Throws: for what no dead letter can have.
  func check() throws(AdministrationError) {
    for name in reasons + classes where name.wholeMatch(of: /[A-Za-z0-9_.:-]{1,100}/) == nil {
      throw AdministrationError(
        .invalidArgument, "'\(name.prefix(40))' is no reason or class; bongsu dlq list --by reason has those there are")
    }
    if let since, let until, since >= until {
      throw AdministrationError(.invalidArgument, "--since is not before --until, so that nothing lies between them")
    }
  }

  /// Conditions over `notification.dead_letter` under the name `d`.
  var conditions: SQLConditions {
    var all = plainConditions
    all.add("d.facts ->> 'channel'", in: channels.map(\.rawValue))
    all.add("d.facts ->> 'template'", in: templates)
    all.add("d.facts ->> 'category'", in: categories)
    if !users.isEmpty { all.add(Self.anyUser(users, &all)) }
    if isUnnamed { all.add(Self.unnamed) }
    return all
  }

  /// Those that it does not find as they do not say what it asks for: pointers of an older version, of a relay, and of
  /// what nobody could read. Nil where it asks for nothing of the kind.
  var passedOver: SQLConditions? {
    guard !isUnnamed, !(channels.isEmpty && templates.isEmpty && categories.isEmpty && users.isEmpty) else {
      return nil
    }
    var all = plainConditions
    all.add(Self.unnamed)
    // Of an event with too many people all but those is known.
    func add(_ name: String, _ values: [String]) {
      if !values.isEmpty { all.add("coalesce(d.facts ->> '\(name)', \(all.place(.text(values[0]))))", in: values) }
    }
    add("template", templates)
    add("category", categories)
    if users.isEmpty { all.add("coalesce(d.facts, '{}') = '{}'") }
    // An event has no channel to be found by.
    if !channels.isEmpty {
      all.add(
        "coalesce(d.headers ->> '\(RecordHeader.originalSchema)', '') <> '\(NotificationRequest.schema)' "
          + "AND d.headers ->> 'schema' <> '\(RelayPointer.schema)'")
    }
    return all
  }

  /// A pointer that names its record says for whom that is, be it for nobody who is known.
  private static let unnamed = """
    d.headers ->> 'schema' IN ('\(DeadLetterPointer.schema)', '\(RelayPointer.schema)') AND d.state <> 'purged'
      AND d.facts -> 'users' IS NULL
    """

  private static func anyUser(_ users: [Int64], _ all: inout SQLConditions) -> String {
    let each = users.map { user in "d.facts -> 'users' @> \(all.place(.text(String(user))))::jsonb" }
    return "(\(each.joined(separator: " OR ")))"
  }

  /// Without what a record says of itself.
  private var plainConditions: SQLConditions {
    var all = SQLConditions()
    if let state { all.add("d.state", in: [state.rawValue]) }
    all.add("d.dead_letter_id", in: ids.map(String.init), as: "bigint")
    all.add(DeadLetterColumns.code, in: reasons)
    all.add("d.error_class", in: classes)
    all.add("split_part(d.origin, '/', 1)", in: topics)
    all.add("d.parked_at", ">=", since)
    all.add("d.parked_at", "<", until)
    return all
  }
}

/// What dead letters can be counted by.
public enum DeadLetterGrouping: String, Sendable, CaseIterable {
  case reason, channel, template, hour

  var expression: String {
    switch self {
    case .reason: DeadLetterColumns.code
    case .channel: "d.facts ->> 'channel'"
    case .template: "d.facts ->> 'template'"
    case .hour: "to_char(date_trunc('hour', d.parked_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD\"T\"HH24:MI\"Z\"')"
    }
  }
}

enum DeadLetterColumns {
  /// Whoever replayed it and when stays when it is purged later. Who replays it by an older version is in `changed_by`
  /// alone.
  static let replayedAt = "coalesce(d.replayed_at, CASE d.state WHEN 'replayed' THEN d.changed_at END)"
  static let replayedBy = "coalesce(d.replayed_by, CASE d.state WHEN 'replayed' THEN d.changed_by END)"

  /// A relay's pointer has its reason for a class, and no code.
  static let code = "coalesce(d.error_code, d.error_class)"

  static let listed = """
    d.dead_letter_id AS id, \(SQLTime.text("d.parked_at")) AS parked_at, d.state, d.error_class AS class,
    \(code) AS reason, split_part(d.origin, '/', 1) AS topic, d.facts ->> 'channel' AS channel,
    d.facts ->> 'template' AS template, d.facts ->> 'category' AS category, d.facts #>> '{users,0}' AS user,
    d.attempt, d.replay, d.event_id, d.delivery_id
    """

  /// Without what makes lines long.
  static let brief = """
    d.dead_letter_id AS id, \(SQLTime.text("date_trunc('second', d.parked_at)")) AS parked_at, d.state,
    d.error_class AS class, \(code) AS reason, split_part(d.origin, '/', 1) AS topic, d.facts ->> 'template' AS template,
    d.facts #>> '{users,0}' AS user, d.attempt, d.replay, d.event_id
    """
}
