/// What a client asked for.
public struct HTTPRequest: Sendable, Equatable {
  public var method: String
  /// The path without the query, its escapes resolved. Bytes that are not UTF-8 have become U+FFFD.
  public var path: String
  /// What follows the path's `?`, by name, escapes resolved; of several of one name the last.
  public var query: [String: String] = [:]

  public init(method: String, path: String) {
    self.method = method
    self.path = path
  }
}

/// An answer that is known as a whole.
public struct HTTPResponse: Sendable, Equatable {
  public var status: Int
  public var contentType: String
  /// Further headers, by name.
  public var headers: [String: String] = [:]
  public var body: String

  public init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", body: String) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}

/// The address cannot be listened on. The message says what to do.
public struct HTTPServerError: Error, Sendable, CustomStringConvertible {
  public let description: String
}
