/// The command line.
struct Options {
  var dsn = ""
  var orders = 1_000
  var rollbackShare = 0.1
  var tables = 1
  /// Transactions a second; nil for as many as can be.
  var rate: Double?

  static let usage =
    "usage: orders --dsn CONNINFO [--orders N] [--rollback-share 0…1] [--tables N] [--rate PER-SECOND]"

  struct Mistake: Error, CustomStringConvertible { var description: String }

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Mistake(description: "\(name) needs a value\n\(Self.usage)") }
      try set(name, value)
    }
    if dsn.isEmpty { throw Mistake(description: "--dsn is missing: name the database\n\(Self.usage)") }
  }

  private mutating func set(_ name: String, _ value: String) throws {
    switch name {
    case "--dsn": dsn = value
    case "--orders": orders = try Self.number(name, value, 0...1_000_000_000)
    case "--rollback-share": rollbackShare = try Self.number(name, value, 0...1)
    case "--tables": tables = try Self.number(name, value, 1...1_000)
    case "--rate": rate = try Self.number(name, value, 0.001...1_000_000)
    default: throw Mistake(description: "there is no option \(name)\n\(Self.usage)")
    }
  }

  private static func number<Number: LosslessStringConvertible & Comparable>(
    _ name: String, _ text: String, _ range: ClosedRange<Number>
  ) throws -> Number {
    if let number = Number(text), range.contains(number) { return number }
    throw Mistake(description: "\(name) takes a number from \(range.lowerBound) to \(range.upperBound)")
  }
}
