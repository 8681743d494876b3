// swift-tools-version: 6.2
import PackageDescription

/// A worker with a provider of its own: signed webhooks in the place of e-mail.
let package = Package(
  name: "webhook",
  dependencies: [.package(name: "bongsu", path: "../..")],
  targets: [
    .executableTarget(
      name: "webhook",
      dependencies: [.product(name: "BongsuWorker", package: "bongsu")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
