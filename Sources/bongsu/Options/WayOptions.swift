import Administration
import Arguments
import Configuration
import NotificationModel

/// Which of several ways of notifications a command looks at: each has topics, a router, redrive and a recorder of its own.
enum WayOptions {
  static let option = Option.string(
    "prefix", "PREFIX", help: "What the topics' names begin with (router.topicPrefix; notification.).")
  static let key = (flag: "prefix", key: "router.topicPrefix")

  /// By the sections `router`, `redrive` and `recorder`, of which nothing else is looked at.
  static func read(_ root: ConfigurationReader) -> AuditWay {
    var way = AuditWay()
    let router = root.section("router")
    way.prefix = router.string("topicPrefix", default: way.prefix)
    if !NotificationTopic.isPrefix(way.prefix) {
      router.report(.badValue, "topicPrefix", "needs up to 200 letters, digits, dots, underscores or hyphens")
    }
    way.router = router.string("group", default: way.router)
    way.redrive = root.section("redrive").string("group", default: way.redrive)
    way.recorder = root.section("recorder").string("group", default: way.recorder)
    return way
  }
}
