/// What the one configuration file of a site says: everything that its roles need, and nothing that is at its default.
public struct SiteConfiguration: Sendable, Equatable {
  /// `HOST:PORT`, or a socket's path.
  public var redis: String
  public var bootstrapServers: String
  /// Where the embedded broker keeps its log; nil where somebody else's Kafka is used.
  public var brokerData: String?
  /// The sections that `bongsu simulate` writes for workers: how they reach its stand-ins.
  public var providers: String?

  public init(redis: String, bootstrapServers: String) {
    (self.redis, self.bootstrapServers) = (redis, bootstrapServers)
  }

  /// The file beside this one that holds the database's connection string.
  public static let dsnFile = "dsn"

  /// YAML, as `bongsu config check` takes it.
  public var text: String {
    ([Self.head, shared] + brokerSection + [providers.map { $0 + Self.ops }].compactMap { $0 }).joined(separator: "\n")
  }

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

  /// Alerts go to the mail server's stand-in, as mails of people do.
  private static let ops = """

    ops:
      mail:
        to: ops@bongsu.example

    """

  /// As YAML's double quotes want it.
  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
