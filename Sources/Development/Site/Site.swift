import Foundation
import LocalServers
public import Operations
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
  /// Where the stand-ins are asked what they received, and told how to be.
  let control: UInt16
  private let standIns: ChildService
  private let broker: ChildService?
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
    /// The stand-ins are there before the file, which says how to reach them.
    @Sendable func configured(_ role: DevRole) -> [String] {
      role.name == "simulate" ? ["--listen", "127.0.0.1:0"] : ["--config", directory.file("bongsu.yaml")] + sets
    }
    func child(_ role: DevRole, waits: Bool = false) throws -> ChildService {
      let echo: @Sendable (String) -> Void = { screen.say("\(role.name) | \($0)") }
      let log = try RoleLog(directory.file("logs/\(role.name).log"), echo: settings.isVerbose ? echo : nil)
      return ChildService(role, waits: waits, log: log, pages: pages, logger: logger, say: screen.say) {
        var command = ChildCommand(executable, role.arguments + configured(role))
        command.directory = FileManager.default.currentDirectoryPath
        return command
      }
    }
    let ports = try Dictionary(
      uniqueKeysWithValues: (DevRole.standIns + ["control"]).map { ($0, try directory.port($0)) })
    control = ports["control"] ?? 0
    let standIns = DevRole.simulators(directory.path, ports: ports)
    let carriers = try DevRole.carriers.map { try child($0) }
    self.carriers = carriers
    self.standIns = try child(standIns, waits: true)
    // New stand-ins have new keys, which a worker reads when it starts.
    self.standIns.onRestart = { for worker in carriers where worker.role.channel != nil { worker.startAnew() } }
    broker = settings.bootstrapServers == nil ? try child(.broker, waits: true) : nil
    watch = SiteWatch([self.standIns] + [broker].compactMap { $0 } + carriers, pages: pages, screen: screen)
  }

  /// In the order of their start.
  public var services: [any Service] {
    let steps: [any Service] = [
      SiteStep("PostgreSQL", start: { try self.servers.startPostgres() }, stop: { try self.servers.stopPostgres() }),
      SiteStep("Redis", start: { try self.servers.startRedis() }, stop: { self.servers.stopRedis() }),
      standIns, SiteStep("configuration", start: { try self.writeConfiguration() }),
    ]
    let setUp = SiteStep("set-up", start: { try self.setUp() })
    let ready = SiteStep("roles", start: { try self.waitUntilReady() })
    return (steps + [broker].compactMap { $0 } + [setUp] + carriers + [ready, watch]).map {
      ToldService($0, say: screen.say)
    }
  }

  private func writeConfiguration() throws {
    try directory.write(SiteConfiguration.dsnFile, servers.dsn)
    var configuration = SiteConfiguration(redis: servers.redis, bootstrapServers: bootstrapServers)
    if settings.bootstrapServers == nil { configuration.brokerData = directory.file("broker") }
    configuration.providers = try String(contentsOfFile: directory.file("worker.yaml"), encoding: .utf8)
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

  /// For the terminal, once all is there. The connection string may hold a password.
  private var welcome: String {
    """

      PostgreSQL      psql "$(cat \(directory.file(SiteConfiguration.dsnFile)))"
      Kafka           \(bootstrapServers)
      Redis           \(servers.redis)
      configuration   \(directory.file("bongsu.yaml"))
      logs            \(directory.file("logs"))

    """ + (settings.isDemo ? "" : firstSteps)
  }

  private var firstSteps: String {
    """

      Write an event:
        psql "$(cat \(directory.file(SiteConfiguration.dsnFile)))" -c "SELECT outbox.enqueue('user', '1',
          'notification.requested', '{\\"to\\": [{\\"user\\": 1}], \\"category\\": \\"\(SampleSeed.category)\\",
          \\"template\\": \\"order.shipped\\", \\"parameters\\": {\\"name\\": \\"Kim\\", \\"order\\": \\"A-17\\"}}')"
      See what becomes of it:
        kcat -C -b \(bootstrapServers) -t notification.status -o beginning -f '%s\\n'

      Ctrl-C ends all of it.

    """
  }

  /// Keys that a demo sets so that what fails is tried again within it; none where nobody tries again.
  public static var demoOverrides: [String] {
    DevRole.retries ? ["redrive.tiers=1s,2s,4s,8s", "redrive.jitter=0s"] : []
  }

  /// Once all services have ended.
  public func end() {
    pages.stop()
    directory.remove()
  }
}
