import Foundation
import LocalServers
public import Operations
import ProviderSimulators
import Runtime
public import Telemetry

/// Everything on one machine: servers, roles as children, and who watches them, as services in the order of their start.
public final class Site: Sendable {
  public let directory: SiteDirectory
  public let screen: Screen
  public let pages: LocalPages
  public let watch: SiteWatch
  public let bootstrapServers: String
  let servers: SiteServers
  let settings: SiteSettings
  private let before: [ChildService]
  private let carriers: [ChildService]

  /// - Parameter executable: `bongsu` itself.
  public init(_ settings: SiteSettings, executable: String, screen: Screen, sink: SiteLogSink, logger: Logger) throws {
    self.settings = settings
    self.screen = screen
    let directory = try SiteDirectory(kept: settings.data)
    self.directory = directory
    sink.open(try RoleLog(directory.file("logs/dev.log")))
    let pages = try LocalPages()
    self.pages = pages
    servers = SiteServers(directory, dsn: settings.dsn, redis: settings.redis)
    bootstrapServers =
      try settings.bootstrapServers ?? settings.listen ?? "127.0.0.1:\(try directory.port("kafka"))"
    let sets = settings.overrides.flatMap { ["--set", $0] }
    func child(_ role: DevRole, waits: Bool = false) throws -> ChildService {
      let echo: @Sendable (String) -> Void = { screen.say("\(role.name) | \($0)") }
      let log = try RoleLog(directory.file("logs/\(role.name).log"), echo: settings.isVerbose ? echo : nil)
      return ChildService(role, waits: waits, log: log, pages: pages, logger: logger, say: screen.say) {
        var command = ChildCommand(executable, role.arguments + ["--config", directory.file("bongsu.yaml")] + sets)
        command.directory = FileManager.default.currentDirectoryPath
        return command
      }
    }
    let standIns = DevRole.simulators(try Self.simulatorArguments(directory))
    before =
      [try child(standIns, waits: true)] + (settings.bootstrapServers == nil ? [try child(.broker, waits: true)] : [])
    carriers = try DevRole.carriers.map { try child($0) }
    watch = SiteWatch(before + carriers, pages: pages, screen: screen)
  }

  private static func simulatorArguments(_ directory: SiteDirectory) throws -> [String] {
    [
      "--directory", directory.file("simulators"), "--apns-port", "\(try directory.port("apns"))", "--fcm-port",
      "\(try directory.port("fcm"))",
    ]
  }

  /// In the order of their start.
  public var services: [any Service] {
    let steps: [any Service] = [
      SiteStep("PostgreSQL", start: { try self.servers.startPostgres() }, stop: { try self.servers.stopPostgres() }),
      SiteStep("Redis", start: { try self.servers.startRedis() }, stop: { self.servers.stopRedis() }),
      SiteStep("configuration", start: { try self.writeConfiguration() }),
    ]
    let setUp = SiteStep("set-up", start: { try self.setUp() })
    let ready = SiteStep("roles", start: { try self.waitUntilReady() })
    return (steps + before + [setUp] + carriers + [ready, watch]).map { ToldService($0, say: screen.say) }
  }

  private func writeConfiguration() throws {
    try directory.write(SiteConfiguration.dsnFile, servers.dsn)
    var configuration = SiteConfiguration(redis: servers.redis, bootstrapServers: bootstrapServers)
    if settings.bootstrapServers == nil { configuration.brokerData = directory.file("broker") }
    configuration.simulators = SiteConfiguration.Simulators(
      directory: directory.file("simulators"), apnsPort: try directory.port("apns"),
      fcmPort: try directory.port("fcm"), teamID: APNsSimulator.teamID, keyID: APNsSimulator.keyID)
    try directory.write("bongsu.yaml", configuration.text)
  }

  private func setUp() throws {
    try SiteSetUp(migrations: settings.migrations).apply(dsn: servers.dsn, bootstrapServers: bootstrapServers)
    // Somebody's own database is not filled with strangers.
    if servers.isOwnDatabase, settings.people > 0 { try SampleSeed(people: settings.people).apply(dsn: servers.dsn) }
  }

  private func waitUntilReady() throws {
    for carrier in carriers { try carrier.waitUntilReady() }
    screen.say(welcome)
  }

  /// For the terminal, once all is there.
  private var welcome: String {
    """

      PostgreSQL      \(servers.dsn)
      Kafka           \(bootstrapServers)
      Redis           \(servers.redis)
      configuration   \(directory.file("bongsu.yaml"))
      logs            \(directory.file("logs"))

      Write an event:
        psql "$(cat \(directory.file("dsn")))" -c "SELECT outbox.enqueue('user', '1', 'notification.requested',
          '{\\"to\\": [{\\"user\\": 1}], \\"category\\": \\"transactional\\", \\"template\\": \\"order.shipped\\",
            \\"parameters\\": {\\"name\\": \\"Kim\\", \\"order\\": \\"A-17\\"}}')"
      See what becomes of it:
        kcat -C -b \(bootstrapServers) -t notification.status -o beginning -f '%s\\n'

      Ctrl-C ends all of it.

    """
  }

  /// Once all services have ended.
  public func end() {
    pages.stop()
    directory.remove()
  }
}
