// swift-tools-version: 6.2
import PackageDescription

/// A service of its own, as yours would be: it links Bongsu's two client libraries and nothing else of it.
let package = Package(
  name: "orders",
  dependencies: [.package(name: "bongsu", path: "../..")],
  targets: [
    .executableTarget(
      name: "orders",
      dependencies: [
        .product(name: "OutboxClient", package: "bongsu"), .product(name: "OutboxClientPostgres", package: "bongsu"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
