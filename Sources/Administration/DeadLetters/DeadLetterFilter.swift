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
    var all = SQLConditions()
    if let state { all.add("d.state", in: [state.rawValue]) }
    all.add("d.dead_letter_id", in: ids.map(String.init), as: "bigint")
    all.add(DeadLetterColumns.code, in: reasons)
    all.add("d.error_class", in: classes)
    all.add("d.facts ->> 'channel'", in: channels.map(\.rawValue))
    all.add("split_part(d.origin, '/', 1)", in: topics)
    all.add("d.facts ->> 'template'", in: templates)
    all.add("d.facts ->> 'category'", in: categories)
    if !users.isEmpty {
      let each = users.map { user in "d.facts -> 'users' @> \(all.place(.text(String(user))))::jsonb" }
      all.add("(\(each.joined(separator: " OR ")))")
    }
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
