import Signing

/// A short name for a set of things.
enum PartName {
  private static let namespace: [UInt8] = Array("bongsu event part".utf8.prefix(16))

  /// - Parameter names: in an order of their own.
  static func digest(_ names: [String]) -> String {
    NameUUID.text(namespace: namespace, name: Array(names.joined(separator: ",").utf8))
  }
}
