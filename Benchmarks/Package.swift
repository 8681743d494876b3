// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that building Bongsu never builds what it is measured against. Run it by scripts/bench.
let package = Package(
  name: "bongsu-benchmarks",
  targets: [
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .executableTarget(name: "CRelayLoop", dependencies: ["CLibPQ", "CRDKafka"]),
    .executableTarget(name: "bench", dependencies: ["CLibPQ", "CRDKafka"]),
  ]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
  target.cSettings = [.unsafeFlags(["-std=gnu17", "-Wall", "-Wextra", "-Werror"])]
}
