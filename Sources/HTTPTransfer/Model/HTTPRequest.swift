/// One request. It is checked when it is submitted; what cannot be sent comes back as not sent.
public struct HTTPRequest: Sendable {
  /// Comes back with the outcome.
  public var tag: UInt64
  /// As `POST`; letters alone.
  public var method: String
  /// `https://…`, or `http://` to this machine where the settings allow it. Without a user in it.
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// From its start on a connection to its end, and at most as long before that; nil: the client's.
  public var timeout: Duration?

  public init(
    tag: UInt64 = 0, method: String = "POST", url: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = [], timeout: Duration? = nil
  ) {
    self.tag = tag
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }

  /// Memory that it takes while it waits, in bytes.
  var size: Int { url.utf8.count + body.count + headers.reduce(256) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}

public struct HTTPResponse: Sendable, Equatable {
  public var status: Int
  /// Those that the settings name, in small letters; the last one of each. `retry-after` is in seconds, also where the
  /// server named a date.
  public var headers: [String: String]
  public var body: [UInt8]
  /// The status is the server's word, but the end of the body is missing: it was cut, or over the limit.
  public var isTruncated: Bool

  public init(status: Int, headers: [String: String] = [:], body: [UInt8] = [], isTruncated: Bool = false) {
    (self.status, self.headers, self.body, self.isTruncated) = (status, headers, body, isTruncated)
  }
}

/// How a request ended.
public struct HTTPOutcome: Sendable {
  public var tag: UInt64
  public var result: Result<HTTPResponse, HTTPTransferError>

  public init(tag: UInt64, _ result: Result<HTTPResponse, HTTPTransferError>) {
    (self.tag, self.result) = (tag, result)
  }
}
