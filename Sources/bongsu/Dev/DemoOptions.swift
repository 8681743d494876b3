import Arguments
import Development

/// The options of a demo.
enum DemoOptions {
  static let all: [Option] = [
    .flag("demo", help: "Place orders, with faults, print what arrived, and stop; status 1 when something is missing."),
    .integer("orders", "N", in: 1...10_000_000, help: "How many orders a demo places (12000)."),
    .integer("rate", "N", in: 1...100_000, help: "How many a second (200)."),
    .integer("outage", "SECONDS", in: 0...600, help: "How long FCM is away (20)."),
  ]

  /// - Parameter site: gets what a demo asks of it.
  /// - Returns: nil where there is to be none.
  static func read(_ arguments: ParsedArguments, _ site: inout SiteSettings) throws -> DemoSettings? {
    guard arguments.flag("demo") else {
      guard ["orders", "rate", "outage"].allSatisfy({ arguments.integer($0) == nil }) else {
        throw UsageError(.missingArgument, "--orders, --rate and --outage are for --demo")
      }
      return nil
    }
    guard site.dsn == nil, site.people > 0 else {
      throw UsageError(
        .badValue, "--demo needs a private PostgreSQL with sample people: leave out --dsn and --people 0")
    }
    var demo = DemoSettings()
    demo.orders = arguments.integer("orders") ?? demo.orders
    demo.rate = arguments.integer("rate").map(Double.init) ?? demo.rate
    demo.outage = arguments.integer("outage").map { .seconds($0) } ?? demo.outage
    site.isDemo = true
    site.overrides = Site.demoOverrides + site.overrides
    return demo
  }
}
