/// The ports of a site by name. A site that is kept has them again at its next start, as far as they are free then.
public struct PortPlan: Sendable, Equatable {
  public private(set) var ports: [String: UInt16]

  public init(_ ports: [String: UInt16] = [:]) { self.ports = ports }

  /// Lines of a name and a number; what is none is passed over.
  public init(text: String) {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, UInt16)? in
      let words = line.split(separator: " ")
      guard words.count == 2, let port = UInt16(words[1]), port > 0 else { return nil }
      return (String(words[0]), port)
    }
    ports = Dictionary(pairs) { $1 }
  }

  public var text: String { ports.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined() }

  /// The port of a name: the one that it had where that `isFree`, or one that `find` gives.
  public mutating func port<E: Error>(
    _ name: String, isFree: (UInt16) -> Bool, find: () throws(E) -> UInt16
  ) throws(E) -> UInt16 {
    let others = Set(ports.filter { $0.key != name }.values)
    if let known = ports[name], isFree(known), !others.contains(known) { return known }
    var found = try find()
    while others.contains(found) { found = try find() }
    ports[name] = found
    return found
  }
}
