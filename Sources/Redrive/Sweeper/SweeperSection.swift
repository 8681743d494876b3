public import Configuration
import Kafka
import NotificationModel
import Operations
import Postgres

extension SweeperSettings {
  /// Reads the sections `sweeper`, `kafka` and `notification`. `sweeper` holds
  /// - `topicPrefix` (text, `notification.`): of all topics.
  /// - `interval` (time, 1m; 0 is never): how often it looks.
  /// - `deadline` (time, 30m) and `retryDeadline` (time, 3h): how long nothing may be heard of a delivery.
  /// - `claimHorizon` (time, 48h): the workers'.
  /// - `most` (number, 3): how often an event is sent again.
  /// - `perMinute` (number, 600): events.
  /// - `groups` (names by router, redrive and the channels): Kafka's consumer groups, where they are not the roles' own.
  ///
  /// Nil when something that is needed is missing; `finish()` of the reader says what.
  public init?(root: ConfigurationReader) {
    let kafka = KafkaSettings(root: root)
    let database = ConnectionSettings(notification: root)
    let read = Read(root.section("sweeper"))
    guard let kafka, let database else { return nil }
    self.init(kafka: kafka, database: database)
    read.apply(to: &self)
  }

  /// Reads the section alone, on a machine that may have no sweeper.
  public static func check(root: ConfigurationReader) { _ = Read(root.section("sweeper")) }

  private struct Read {
    let prefix: String
    let interval, deadline, retryDeadline, claimHorizon: Duration
    let most, perMinute: Int
    let groups: Groups

    init(_ sweeper: ConfigurationReader) {
      prefix = sweeper.string("topicPrefix", default: "notification.")
      let day: Duration = .seconds(86_400)
      interval = sweeper.duration("interval", in: .zero...day, default: .seconds(60))
      deadline = sweeper.duration("deadline", in: .seconds(1)...day, default: .seconds(1_800))
      retryDeadline = sweeper.duration("retryDeadline", in: .seconds(1)...(day * 2), default: .seconds(10_800))
      claimHorizon = sweeper.duration("claimHorizon", in: .seconds(10_800)...(day * 7), default: day * 2)
      most = sweeper.int("most", in: 1...100, default: 3)
      perMinute = sweeper.int("perMinute", in: 1...1_000_000, default: 600)
      groups = Groups(section: sweeper)
    }

    func apply(to settings: inout SweeperSettings) {
      settings.topicPrefix = prefix
      settings.interval = interval
      settings.deadline = deadline
      settings.retryDeadline = retryDeadline
      settings.claimHorizon = claimHorizon
      settings.most = most
      settings.perMinute = perMinute
      settings.groups = groups
    }
  }
}

extension SweeperSettings.Groups {
  fileprivate init(section: ConfigurationReader) {
    self.init()
    for (name, group) in section.map("groups").sorted(by: { $0.key < $1.key }) {
      if let channel = DeliveryChannel(rawValue: name) {
        workers[channel] = group
      } else if name == "router" {
        router = group
      } else if name == "redrive" {
        redrive = group
      } else {
        section.report(
          .badValue, "groups.\(name)", "is no channel; there are push.ios, push.android, sms, email, router and redrive"
        )
      }
    }
  }
}
