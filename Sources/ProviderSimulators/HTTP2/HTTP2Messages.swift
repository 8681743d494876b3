/// Names are lower case, as HTTP/2 has them.
typealias HTTPHeader = (name: String, value: String)

/// A request that is complete.
struct HTTP2Request {
  /// The connection's, counted from 1 by its server.
  let connection: Int
  let method: String
  let path: String
  let headers: [HTTPHeader]
  /// At most as many bytes as the server keeps; `bodyBytes` says how many there were.
  let body: [UInt8]
  let bodyBytes: Int

  /// The first of that name.
  subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

struct HTTP2Response {
  var status: Int
  var headers: [HTTPHeader] = []
  var body: [UInt8] = []
}

/// Decides on a server's thread; it may not wait.
protocol HTTP2Handler: AnyObject, Sendable {
  /// - Parameter fault: what happens to the request and its answer. Those that take nothing get the answer that is
  ///   given to them, and what it is decides nothing else.
  func answer(_ request: HTTP2Request, fault: Misbehaviour?) -> HTTP2Response
}
