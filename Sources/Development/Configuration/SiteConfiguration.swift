/// What the one configuration file of a site says: everything that its roles need, and nothing that is at its default.
public struct SiteConfiguration: Sendable, Equatable {
  /// `HOST:PORT`, or a socket's path.
  public var redis: String
  public var bootstrapServers: String
  /// Where the embedded broker keeps its log; nil where somebody else's Kafka is used.
  public var brokerData: String?
  /// Nil without stand-ins for the providers.
  public var simulators: Simulators?

  /// The stand-ins, as `bongsu simulate` is told to be.
  public struct Simulators: Sendable, Equatable {
    /// From the root on, as the file may be read from anywhere.
    public var directory: String
    public var apnsPort: UInt16
    public var fcmPort: UInt16
    /// The names that they give their keys.
    public var teamID: String
    public var keyID: String

    public init(directory: String, apnsPort: UInt16, fcmPort: UInt16, teamID: String, keyID: String) {
      (self.directory, self.apnsPort, self.fcmPort) = (directory, apnsPort, fcmPort)
      (self.teamID, self.keyID) = (teamID, keyID)
    }
  }

  public init(redis: String, bootstrapServers: String) {
    (self.redis, self.bootstrapServers) = (redis, bootstrapServers)
  }

  /// The file beside this one that holds the database's connection string.
  public static let dsnFile = "dsn"

  /// YAML, as `bongsu config check` takes it.
  public var text: String { ([Self.head, shared] + brokerSection + simulatorSections).joined(separator: "\n") }

  private static let head = """
    # Written by `bongsu dev` at each start; all its roles read it, and so may you:
    #   bongsu config show --config THIS-FILE
    # Every other key stands in deploy/bongsu.yaml and is at its default here. `bongsu dev --set KEY=VALUE` sets it for
    # all roles.

    """

  private var shared: String {
    """
    # Each role takes a free port for /metrics, /healthz and /readyz, and says which in its log.
    http:
      listen: 127.0.0.1:0

    kafka:
      bootstrapServers: \(Self.quoted(bootstrapServers))

    redis:
      address: \(Self.quoted(redis))

    # One database holds the outbox and the notifications. Its connection string is a secret in a file of its own.
    notification:
      dsnFile: \(Self.dsnFile)
    relay:
      name: dev
      dsnFile: \(Self.dsnFile)

    """
  }

  private var brokerSection: [String] {
    guard let brokerData else { return [] }
    return [
      """
      # The embedded broker. Its disk follows within 100 ms: a kill takes nothing.
      broker:
        data: \(Self.quoted(brokerData))
        listen: \(Self.quoted(bootstrapServers))
        fsync: interval

      """
    ]
  }

  private var simulatorSections: [String] {
    guard let simulators else { return [] }
    let folder = simulators.directory
    return [
      """
      # The stand-ins of `bongsu simulate`: nothing leaves this machine.
      apns:
        teamID: \(simulators.teamID)
        keyID: \(simulators.keyID)
        keyFile: \(Self.quoted("\(folder)/apns-key.p8"))
        production: https://localhost:\(simulators.apnsPort)
        sandbox: https://localhost:\(simulators.apnsPort)
        authorityFile: \(Self.quoted("\(folder)/authority.pem"))
      fcm:
        serviceAccountFile: \(Self.quoted("\(folder)/firebase.json"))
        endpoint: https://localhost:\(simulators.fcmPort)
        authorityFile: \(Self.quoted("\(folder)/authority.pem"))

      """
    ]
  }

  /// As YAML's double quotes want it.
  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
