import CMicroHTTPD
import Glibc

/// A small HTTP server on one thread of libmicrohttpd's: GET and HEAD, 64 connections, 10 s of silence at most.
@safe public final class HTTPListener: @unchecked Sendable {
  public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

  private var daemon: OpaquePointer?
  private let handler: Handler

  /// Listens at once. `handler` runs on the server's thread and must not wait.
  public init(_ address: ListenAddress, handler: @escaping Handler) throws(HTTPServerError) {
    self.handler = handler
    unsafe daemon = nil
    guard var socket = address.socketAddress else { throw HTTPServerError(description: "\(address) is no address") }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe daemon = withUnsafePointer(to: &socket) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bongsu_http_start($0, answer, context, 64, 10)
      }
    }
    guard unsafe daemon != nil else {
      let reason = unsafe String(cString: strerror(errno))
      throw HTTPServerError(
        description: "cannot listen on \(address) (\(reason)); choose another with --listen HOST:PORT")
    }
  }

  deinit { stop() }

  /// The port that was taken.
  public var port: Int { unsafe daemon.map { Int(unsafe bongsu_http_port($0)) } ?? 0 }

  /// Ends all connections and the thread.
  public func stop() {
    if let daemon = unsafe daemon { unsafe MHD_stop_daemon(daemon) }
    unsafe daemon = nil
  }

  fileprivate func respond(_ request: HTTPRequest) -> HTTPResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return HTTPResponse(status: 405, body: "only GET and HEAD\n")
    }
    return handler(request)
  }
}

/// libmicrohttpd's callback: the whole answer at the first call.
private func answer(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context = unsafe context, let url = unsafe url, let method = unsafe method else {
    return unsafe bongsu_http_answer(connection, 400, "text/plain", nil, 0)
  }
  let listener = unsafe Unmanaged<HTTPListener>.fromOpaque(context).takeUnretainedValue()
  let request = HTTPRequest(method: unsafe String(cString: method), path: unsafe String(cString: url))
  let response = listener.respond(request)
  let bytes = Array(response.body.utf8)
  return unsafe bytes.withUnsafeBytes { raw in
    unsafe bongsu_http_answer(
      connection, UInt32(response.status), response.contentType, raw.baseAddress, raw.count)
  }
}
