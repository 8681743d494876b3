// swift-tools-version: 6.2
import PackageDescription

/// Bongsu links C libraries of Debian's and no outside Swift package: services link `OutboxClient`,
/// which must never clash with what they already use. See docs/architecture.md for the module table.
let package = Package(
  name: "bongsu",
  products: [
    .executable(name: "bongsu", targets: ["bongsu"]),
    .library(name: "OutboxClient", targets: ["OutboxClient", "NotificationModel"]),
    .library(name: "OutboxClientPostgres", targets: ["OutboxClientPostgres", "OutboxClient", "Postgres"]),
    // For providers of one's own.
    .library(
      name: "BongsuWorker",
      targets: [
        "HTTPTransfer", "Kafka", "NotificationModel", "ProviderConformance", "Redis", "Signing", "Telemetry", "Worker",
      ]),
  ],
  targets: [
    // C libraries
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    // Debian's hiredis.pc has a compiler flag that SwiftPM warns of, and nothing else that is needed.
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLibUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),

    // Foundations: they know nothing of notifications
    .target(name: "Runtime", dependencies: ["CLinux"]),
    .target(name: "Telemetry", dependencies: ["Runtime"]),
    .target(name: "Suggestions"),
    .target(name: "Arguments", dependencies: ["Suggestions"]),
    .target(name: "Configuration", dependencies: ["CLibYAML", "Suggestions"]),
    .target(name: "Signing", dependencies: ["COpenSSL"]),
    .target(name: "HTTPServer", dependencies: ["CMicroHTTPD"]),
    .target(name: "HTTPTransfer", dependencies: ["CCurl", "CLinux", "Runtime"]),
    .target(name: "PGOutput"),
    .target(name: "Postgres", dependencies: ["CLibPQ", "PGOutput", "Runtime"]),
    .target(name: "Kafka", dependencies: ["CRDKafka", "Runtime"]),
    .target(name: "Redis", dependencies: ["CHiredis", "Runtime"]),
    .target(name: "EmbeddedBroker", dependencies: ["CLibUV"]),
    .target(name: "Templates"),

    // Notifications
    .target(name: "NotificationModel"),
    .target(name: "OutboxClient", dependencies: ["NotificationModel"]),
    .target(name: "OutboxClientPostgres", dependencies: ["OutboxClient", "Postgres"]),
    .target(name: "Policy", dependencies: ["NotificationModel", "Signing", "Templates"]),
    .target(name: "Audience", dependencies: ["NotificationModel", "Postgres", "Redis", "Runtime"]),
    .target(name: "DeadLetters", dependencies: ["Kafka", "NotificationModel", "Postgres", "Runtime"]),

    // Roles
    .target(
      name: "Relay",
      dependencies: [
        "Configuration", "Kafka", "Operations", "PGOutput", "Postgres", "Runtime", "Signing", "Telemetry",
      ]),
    .target(
      name: "Router",
      dependencies: [
        "Audience", "Configuration", "Kafka", "NotificationModel", "Operations", "Policy", "Postgres", "Redis",
        "Runtime", "Signing", "Telemetry",
      ]),
    .target(
      name: "Redrive",
      dependencies: [
        "Audience", "Configuration", "DeadLetters", "Kafka", "NotificationModel", "Operations", "Policy", "Postgres",
        "Redis", "Runtime", "Telemetry",
      ]),
    .target(
      name: "Worker",
      dependencies: [
        "Configuration", "HTTPTransfer", "Kafka", "NotificationModel", "Operations", "Redis", "Runtime", "Signing",
        "Telemetry",
      ]),
    .target(
      name: "Providers",
      dependencies: ["Configuration", "HTTPTransfer", "NotificationModel", "Runtime", "Signing", "Worker"]),
    .target(
      name: "Recorder",
      dependencies: [
        "Configuration", "Kafka", "NotificationModel", "Operations", "Postgres", "Runtime", "Telemetry",
      ]),
    .target(
      name: "Receipts",
      dependencies: [
        "Configuration", "HTTPTransfer", "Kafka", "NotificationModel", "Operations", "Postgres", "Providers", "Runtime",
        "Telemetry", "Worker",
      ]),

    .target(name: "ProviderConformance", dependencies: ["NotificationModel", "Runtime", "Worker"]),

    // Around them
    .target(
      name: "Operations",
      dependencies: ["Configuration", "HTTPServer", "Kafka", "Postgres", "Redis", "Runtime", "Telemetry"]),
    .target(
      name: "Administration",
      dependencies: [
        "Configuration", "DeadLetters", "Kafka", "NotificationModel", "PGOutput", "Policy", "Postgres", "Relay",
        "Runtime", "Signing", "Telemetry",
      ]),
    .target(name: "LocalServers", dependencies: ["CLinux", "Runtime"]),
    .target(
      name: "ProviderSimulators",
      dependencies: ["CLinux", "CNGHTTP2", "COpenSSL", "NotificationModel", "Runtime", "Signing"]),
    .target(
      name: "Development",
      dependencies: [
        "Administration", "HTTPTransfer", "Kafka", "LocalServers", "NotificationModel", "Operations", "OutboxClient",
        "OutboxClientPostgres", "Policy", "Postgres", "Runtime", "Telemetry",
      ]),
    .executableTarget(
      name: "bongsu",
      dependencies: [
        "Development",
        "Administration", "Arguments", "HTTPServer", "Kafka", "Postgres", "Runtime", "Telemetry", "Configuration",
        "NotificationModel", "Operations", "Redis", "Relay", "EmbeddedBroker", "LocalServers", "Router", "Audience",
        "Policy", "ProviderSimulators", "Providers", "Receipts", "Recorder", "Redrive", "Signing", "Worker",
        "DeadLetters",
      ]),

    // Tests
    .target(
      name: "TestSupport",
      dependencies: [
        "Administration", "LocalServers", "Postgres", "Kafka", "NotificationModel", "Redis", "Runtime",
      ],
      path: "Tests/TestSupport"),
    .testTarget(name: "RuntimeTests", dependencies: ["Runtime", "TestSupport"]),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
    .testTarget(name: "SuggestionsTests", dependencies: ["Suggestions"]),
    .testTarget(name: "ArgumentsTests", dependencies: ["Arguments", "LocalServers"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "LocalServers"]),
    .testTarget(name: "SigningTests", dependencies: ["Signing", "LocalServers", "TestSupport"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer", "TestSupport"]),
    .testTarget(name: "PGOutputTests", dependencies: ["PGOutput"]),
    .testTarget(name: "PostgresTests", dependencies: ["Postgres", "PGOutput", "LocalServers", "TestSupport"]),
    .testTarget(name: "KafkaTests", dependencies: ["Kafka", "TestSupport"]),
    .testTarget(name: "RedisTests", dependencies: ["LocalServers", "Redis", "Runtime", "TestSupport"]),
    .testTarget(
      name: "AudienceTests",
      dependencies: [
        "Administration", "Audience", "LocalServers", "NotificationModel", "Postgres", "Redis", "Runtime",
        "TestSupport",
      ]),
    .testTarget(
      name: "EmbeddedBrokerTests", dependencies: ["EmbeddedBroker", "LocalServers", "Runtime", "TestSupport"],
      exclude: ["Wire/Fixtures"]),
    .testTarget(name: "TemplatesTests", dependencies: ["Templates"], exclude: ["Specification"]),
    .testTarget(
      name: "DeadLettersTests", dependencies: ["DeadLetters", "Kafka", "NotificationModel", "Runtime", "Worker"]),
    .testTarget(name: "NotificationModelTests", dependencies: ["NotificationModel", "TestSupport"]),
    .systemLibrary(
      name: "CTestTLS", path: "Tests/CTestTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
    .testTarget(
      name: "HTTPTransferTests",
      dependencies: ["CCurl", "CTestTLS", "HTTPTransfer", "LocalServers", "Runtime", "TestSupport"]),
    .testTarget(
      name: "ProvidersTests",
      dependencies: [
        "Configuration", "HTTPTransfer", "LocalServers", "NotificationModel", "ProviderConformance",
        "ProviderSimulators", "Providers",
        "Redis", "Runtime", "Signing",
        "TestSupport", "Worker",
      ]),
    .testTarget(
      name: "WorkerTests",
      dependencies: [
        "Configuration", "HTTPTransfer", "Kafka", "LocalServers", "NotificationModel", "Operations",
        "ProviderSimulators", "Providers", "Redis", "Runtime", "Telemetry", "TestSupport", "Worker",
      ]),
    .testTarget(
      name: "ReceiptsTests",
      dependencies: [
        "Configuration", "HTTPTransfer", "Kafka", "LocalServers", "NotificationModel", "Operations", "Postgres",
        "ProviderSimulators", "Providers", "Receipts", "Runtime", "Telemetry", "TestSupport", "Worker",
      ]),
    .testTarget(name: "PolicyTests", dependencies: ["NotificationModel", "Policy", "TestSupport"]),
    .testTarget(
      name: "OutboxClientTests",
      dependencies: ["OutboxClient", "OutboxClientPostgres", "Postgres", "LocalServers", "TestSupport"]),
    .testTarget(
      name: "RelayTests",
      dependencies: [
        "Configuration", "Kafka", "LocalServers", "PGOutput", "Postgres", "Relay", "Runtime", "Telemetry",
        "TestSupport",
      ]),
    .testTarget(
      name: "RouterTests",
      dependencies: [
        "Audience", "Configuration", "Kafka", "LocalServers", "NotificationModel", "Operations", "Policy", "Postgres",
        "Redis", "Router", "Runtime", "Telemetry", "TestSupport",
      ]),
    .testTarget(
      name: "RecorderTests",
      dependencies: [
        "Configuration", "Kafka", "LocalServers", "NotificationModel", "Postgres", "Recorder", "Runtime", "Telemetry",
        "TestSupport",
      ]),
    .testTarget(
      name: "RedriveTests",
      dependencies: [
        "Audience", "Configuration", "DeadLetters", "Kafka", "LocalServers", "NotificationModel", "Operations",
        "Policy", "Postgres", "Recorder", "Redis", "Redrive", "Router", "Runtime", "Telemetry", "TestSupport",
      ]),
    .testTarget(
      name: "OperationsTests",
      dependencies: [
        "Operations", "Configuration", "HTTPServer", "LocalServers", "Runtime", "Telemetry", "TestSupport", "bongsu",
      ]),
    .testTarget(
      name: "AdministrationTests",
      dependencies: [
        "Administration", "Audience", "DeadLetters", "Kafka", "LocalServers", "NotificationModel", "PGOutput",
        "Postgres", "Redrive", "Relay", "Runtime", "TestSupport", "Worker", "bongsu",
      ]),
    .testTarget(
      name: "ProviderSimulatorsTests",
      dependencies: ["LocalServers", "NotificationModel", "ProviderSimulators", "Runtime", "Signing", "TestSupport"]),
    .testTarget(
      name: "LocalServersTests",
      dependencies: ["LocalServers", "Kafka", "Postgres", "Redis", "Runtime", "TestSupport"]),
    .testTarget(
      name: "DevelopmentTests",
      dependencies: [
        "Configuration", "Development", "Kafka", "LocalServers", "NotificationModel", "Postgres", "Redis", "Telemetry",
        "TestSupport", "bongsu",
      ]),
    .testTarget(
      name: "DeployTests",
      dependencies: [
        "Administration", "Configuration", "EmbeddedBroker", "LocalServers", "NotificationModel", "Operations",
        "Policy", "Postgres", "Providers", "Receipts", "Recorder", "Redis", "Redrive", "Relay", "Router", "Telemetry",
        "TestSupport", "Worker", "bongsu",
      ]),
    .testTarget(
      name: "ScenarioTests",
      dependencies: [
        "TestSupport", "LocalServers", "NotificationModel", "Postgres", "Kafka", "ProviderSimulators", "Signing",
        "bongsu",
      ]),
  ]
)

/// In these targets `unsafe` marks exactly the expressions to review.
let memorySafe: Set = [
  "Runtime", "PGOutput", "Postgres", "Kafka", "HTTPServer", "Configuration", "Signing", "Relay", "OutboxClient",
  "EmbeddedBroker", "Redis", "Policy", "HTTPTransfer", "ProviderSimulators",
]

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
  ]
  if memorySafe.contains(target.name) { target.swiftSettings?.append(.strictMemorySafety()) }
}
