import CMicroHTTPD
import Glibc
import Synchronization

/// A small HTTP server on one thread of libmicrohttpd's: GET and HEAD, 64 connections, 10 s of silence at most.
public final class HTTPListener: Sendable {
  /// Answers one request.
  public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

  /// The port that was taken.
  public let port: Int
  private let daemon: Mutex<DaemonHandle?>
  /// Kept for the server's thread, which borrows it.
  private let responder: Responder

  /// Listens at once. `handler` runs on the server's thread and must not wait.
  public init(_ address: ListenAddress, handler: @escaping Handler) throws(HTTPServerError) {
    let responder = Responder(handler)
    guard let daemon = DaemonHandle(address, responder) else {
      let reason = unsafe String(cString: strerror(errno))
      throw HTTPServerError(
        description: "cannot listen on \(address) (\(reason)); choose another with --listen HOST:PORT")
    }
    self.responder = responder
    port = daemon.port
    self.daemon = Mutex(daemon)
  }

  deinit { stop() }

  /// Ends all connections and the thread. May be called from any thread but the server's own, and more than once.
  public func stop() {
    daemon.withLock { daemon in
      daemon?.stop()
      daemon = nil
    }
  }
}

/// libmicrohttpd's handle. Whoever has it uses it from one thread at a time.
@safe private struct DaemonHandle: @unchecked Sendable {
  private let daemon: OpaquePointer

  init?(_ address: ListenAddress, _ responder: Responder) {
    let context = unsafe Unmanaged.passUnretained(responder).toOpaque()
    let isVersion6: Int32 = address.family == AF_INET6 ? 1 : 0
    errno = EINVAL
    let started = unsafe address.withSocketAddress { unsafe bongsu_http_start($0, isVersion6, answer, context, 64, 10) }
    guard let daemon = unsafe started ?? nil else { return nil }
    unsafe self.daemon = daemon
  }

  var port: Int { Int(unsafe bongsu_http_port(daemon)) }

  func stop() { unsafe MHD_stop_daemon(daemon) }
}

/// What the server's thread sees of a listener.
private final class Responder: Sendable {
  private let handler: HTTPListener.Handler

  init(_ handler: @escaping HTTPListener.Handler) { self.handler = handler }

  static func allows(_ method: String) -> Bool { method == "GET" || method == "HEAD" }

  func respond(_ request: HTTPRequest) -> HTTPResponse {
    if Self.allows(request.method) { return handler(request) }
    var response = HTTPResponse(status: 405, body: "only GET and HEAD\n")
    // The connection ends, as the request's body was not read.
    response.headers = ["Allow": "GET, HEAD", "Connection": "close"]
    return response
  }
}

/// libmicrohttpd's callback: once when the headers are there, once for each piece of a body, once at the request's end.
///
/// An answer to the first call would be the connection's last: libmicrohttpd reads nothing more, also no next request.
private func answer(
  _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context = unsafe context, let url = unsafe url, let method = unsafe method else { return .NO }
  var request = HTTPRequest(method: unsafe String(cString: method), path: unsafe String(cString: url))
  if unsafe state?.pointee == nil && Responder.allows(request.method) {
    unsafe state?.pointee = context
    return .YES
  }
  // A GET with a body: nobody sends one in earnest.
  if unsafe size?.pointee != 0 && state?.pointee != nil { return .NO }
  _ = unsafe withUnsafeMutablePointer(to: &request.query) {
    unsafe MHD_get_connection_values(connection, .GET_ARGUMENT_KIND, addArgument, $0)
  }
  let responder = unsafe Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
  return unsafe queue(responder.respond(request), connection)
}

/// libmicrohttpd's callback, once for each argument of a query.
private func addArgument(
  _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?,
  _ value: UnsafePointer<CChar>?
) -> MHD_Result {
  guard let query = unsafe context?.assumingMemoryBound(to: [String: String].self), let name = unsafe name else {
    return .YES
  }
  unsafe query.pointee[String(cString: name)] = value.map { unsafe String(cString: $0) } ?? ""
  return .YES
}

/// Gives libmicrohttpd a copy of the answer; MHD_NO ends the connection.
private func queue(_ response: HTTPResponse, _ connection: OpaquePointer?) -> MHD_Result {
  var body = Array(response.body.utf8)
  let made = unsafe body.withUnsafeMutableBytes { raw in
    unsafe MHD_create_response_from_buffer(raw.count, raw.baseAddress, .RESPMEM_MUST_COPY)
  }
  guard let made = unsafe made else { return .NO }
  defer { unsafe MHD_destroy_response(made) }
  unsafe MHD_add_response_header(made, "Content-Type", response.contentType)
  for (name, value) in response.headers { unsafe MHD_add_response_header(made, name, value) }
  return unsafe MHD_queue_response(connection, UInt32(response.status), made)
}
