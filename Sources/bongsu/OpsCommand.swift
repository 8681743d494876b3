import Arguments
import Configuration
import NotificationModel
import Operations
import Providers
import Redis
import Runtime
import Worker

/// What `bongsu worker --channel ops` reads.
struct OpsOptions {
  static let channel = "ops"

  private static let configuration = ConfigurationOptions(keys: [
    ("channel", "worker.channel"), ("bootstrap-servers", "kafka.bootstrapServers"), ("group", "ops.group"),
    ("listen", "http.listen"),
  ])

  let settings: OpsSettings
  /// How mails go, where some are wanted.
  let mail: MailSettings?
  let operations: OperationsSettings

  static func read(_ arguments: ParsedArguments) throws -> OpsOptions {
    let root = try configuration.reader(arguments)
    let operations = OperationsSettings(root)
    let settings = OpsSettings(root: root)
    var sections: Set = ["http", "kafka", "log", "ops"]
    var mail: MailSettings?
    if root.section("ops").section("mail").isSet("to") {
      sections.insert("email")
      // A worker's pace, which is not this one's.
      let email = root.section("email")
      _ = (email.int("inFlight", in: 1...10_000, default: 1_000), email.int("rate", in: 0...100_000, default: 0))
      mail = MailSettings(root: root)
    }
    try ConfigurationOptions.finish(root, reading: sections)
    guard let settings else { preconditionFailure("the reader found nothing wrong with what is missing") }
    return OpsOptions(settings: settings, mail: mail, operations: operations)
  }

  /// Nobody unsubscribes from alerts.
  func provider() throws -> (any Provider)? {
    switch mail {
    case .smtp(var smtp)?:
      smtp.email.transactionalCategories.insert(OpsSettings.mailCategory)
      return try SMTPProvider(smtp)
    case .ses(var ses)?:
      ses.email.transactionalCategories.insert(OpsSettings.mailCategory)
      return try SESProvider(ses)
    case nil: return nil
    }
  }
}

func runOps(_ arguments: ParsedArguments) throws {
  let options = try OpsOptions.read(arguments)
  try runDaemon("ops", options.operations) { registry, logger in
    let role = try OpsRole(options.settings, mail: try options.provider(), registry: registry, logger: logger)
    return [RoleService("ops", role, stopDeadline: options.settings.stopDeadline)]
  }
}
