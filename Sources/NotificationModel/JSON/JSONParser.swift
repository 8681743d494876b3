/// Reads JSON (RFC 8259) into a `JSONValue`: ten times as fast as by Codable, which a profile of the router asked for
/// (docs/decisions/0006-json-on-the-hot-path.md). Of members with one name the last counts, as in PostgreSQL's jsonb.
public struct JSONParser {
  private init() {}

  /// - Throws: where it ceases to be JSON.
  public static func parse(_ bytes: [UInt8]) throws(JSONParseError) -> JSONValue {
    var json = JSONReader(bytes)
    let value = try json.value()
    try json.end()
    return value
  }
}

/// It is no JSON, or not what is expected of it.
public struct JSONParseError: Error, Equatable, Sendable {
  /// The byte at which it ceases to be.
  public let offset: Int
}

extension JSONReader {
  /// Whatever comes, as a tree.
  public mutating func value() throws(JSONParseError) -> JSONValue {
    switch kind {
    case .text: .text(try text())
    case .object: .object(try tree())
    case .list: .list(try list())
    case .flag: .bool(try flag())
    case .null: try nothing()
    case .number: .number(try number())
    }
  }

  private mutating func tree() throws(JSONParseError) -> [String: JSONValue] {
    var tree: [String: JSONValue] = [:]
    try members { json, name throws(JSONParseError) in tree[name] = try json.value() }
    return tree
  }

  private mutating func list() throws(JSONParseError) -> [JSONValue] {
    var list: [JSONValue] = []
    try items { json throws(JSONParseError) in list.append(try json.value()) }
    return list
  }

  private mutating func nothing() throws(JSONParseError) -> JSONValue {
    guard try null() else { throw fault }
    return .null
  }
}
