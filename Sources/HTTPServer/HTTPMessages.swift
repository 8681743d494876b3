/// What a client asked for.
public struct HTTPRequest: Sendable, Equatable {
  public var method: String
  /// The path without the query.
  public var path: String

  public init(method: String, path: String) {
    self.method = method
    self.path = path
  }
}

public struct HTTPResponse: Sendable, Equatable {
  public var status: Int
  public var contentType: String
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
