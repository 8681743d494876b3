/// An object's members, read by name; what is wrong is told with the way to it.
public struct JSONMembers {
  private let members: [String: JSONValue]
  private let path: String

  /// - Parameter path: of the object, as `to[3]`; empty for the whole.
  public init(_ value: JSONValue, _ path: String = "") throws(RequestProblem) {
    guard case .object(let members) = value else {
      throw RequestProblem(.invalidMember, path, path.isEmpty ? "the value is no JSON object" : "is no object")
    }
    (self.members, self.path) = (members, path)
  }

  public func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Nil where it is missing or null.
  public subscript(_ name: String) -> JSONValue? {
    guard let value = members[name], value != .null else { return nil }
    return value
  }

  public func needed(_ name: String) throws(RequestProblem) -> JSONValue {
    guard let value = self[name] else { throw RequestProblem(.invalidMember, path(name), "is missing") }
    return value
  }

  public func text(_ name: String) throws(RequestProblem) -> String? {
    guard let value = self[name] else { return nil }
    guard case .text(let text) = value else { throw wrongType(name, "a text") }
    return text
  }

  public func neededText(_ name: String) throws(RequestProblem) -> String {
    guard let text = try text(name) else { throw RequestProblem(.invalidMember, path(name), "is missing") }
    return text
  }

  public func integer(_ name: String) throws(RequestProblem) -> Int64? {
    guard let value = self[name] else { return nil }
    guard case .number(let text) = value, let number = Int64(text) else { throw wrongType(name, "a whole number") }
    return number
  }

  public func flag(_ name: String) throws(RequestProblem) -> Bool? {
    guard let value = self[name] else { return nil }
    guard case .bool(let flag) = value else { throw wrongType(name, "true or false") }
    return flag
  }

  public func texts(_ name: String) throws(RequestProblem) -> [String]? {
    guard let items = try list(name) else { return nil }
    var texts: [String] = []
    for item in items {
      guard case .text(let text) = item else { throw wrongType(name, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  public func list(_ name: String) throws(RequestProblem) -> [JSONValue]? {
    guard let value = self[name] else { return nil }
    guard case .list(let items) = value else { throw wrongType(name, "a list") }
    return items
  }

  public func object(_ name: String) throws(RequestProblem) -> [String: JSONValue]? {
    guard let value = self[name] else { return nil }
    guard case .object(let members) = value else { throw wrongType(name, "an object") }
    return members
  }

  public func time(_ name: String) throws(RequestProblem) -> Timestamp? {
    guard let text = try text(name) else { return nil }
    guard let time = Timestamp(text) else {
      throw RequestProblem(.invalidTime, path(name), "is no time such as 2026-11-24T08:00:00+09:00")
    }
    return time
  }

  /// One of some words.
  public func word<Word: RawRepresentable & CaseIterable>(_ name: String) throws(RequestProblem) -> Word?
  where Word.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw wrongType(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }

  private func wrongType(_ name: String, _ type: String) -> RequestProblem {
    RequestProblem(.invalidMember, path(name), "is not \(type)")
  }
}
