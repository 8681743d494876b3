import CCurl
import Glibc
import Runtime

/// One easy handle, used for one request after another. libcurl calls back into it on the client's thread alone.
@safe final class Transfer {
  let easy: UnsafeMutableRawPointer
  private let settings: HTTPClientSettings
  private var list: UnsafeMutablePointer<curl_slist>?
  private var tag: UInt64 = 0
  private var reply: CheckedContinuation<HTTPOutcome, Never>?
  private(set) var host: TransferHost?
  private let wanted: [HeaderName]
  private var headers: [String: String] = [:]
  private var answer: [UInt8] = []
  private var headerBytes = 0
  private var isOverLimit = false
  fileprivate var wasForbidden = false
  private var isPlaintext = false
  private var attempt = Attempt()
  /// Sockets that it has opened and that have not become a connection.
  private var opened: [curl_socket_t] = []

  private struct Attempt {
    var connection: GoneConnections.Key?
    /// The request's number on an HTTP/2 connection; 0 until it has one.
    var stream: UInt32 = 0
    var wasRefused = false
    /// What was sent and surely refused.
    var refusedBytes = 0
  }

  init(_ settings: HTTPClientSettings) throws(HTTPTransferError) {
    guard let easy = unsafe curl_easy_init() else {
      throw HTTPTransferError(.configuration, "libcurl has no memory for a transfer")
    }
    (unsafe self.easy, self.settings) = (unsafe easy, settings)
    wanted = settings.headers.map { HeaderName($0) }
    try prepare()
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(list)
  }

  /// What is the same for every request.
  private func prepare() throws(HTTPTransferError) {
    let own = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_WRITEDATA, own)
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_HEADERDATA, own)
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, own)
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_PREREQDATA, own)
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_DEBUGDATA, own)
    unsafe bongsu_curl_set_writer(easy, CURLOPT_WRITEFUNCTION, takeBody)
    unsafe bongsu_curl_set_writer(easy, CURLOPT_HEADERFUNCTION, takeHeader)
    unsafe bongsu_curl_set_opener(easy, openSocket)
    unsafe bongsu_curl_set_closer(easy, closeSocket)
    unsafe bongsu_curl_set_before_request(easy, beforeRequest)
    unsafe bongsu_curl_set_listener(easy, takeText)
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)),
      (CURLOPT_DISALLOW_USERNAME_IN_URL, 1), (CURLOPT_HTTP09_ALLOWED, 0),
      (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_TCP_KEEPALIVE, 1), (CURLOPT_BUFFERSIZE, 16_384),
      (CURLOPT_UPLOAD_BUFFERSIZE, 16_384), (CURLOPT_LOW_SPEED_LIMIT, 1),
      (CURLOPT_LOW_SPEED_TIME, max(1, settings.stallTimeout.milliseconds / 1_000)),
      (CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds),
      // An idle connection is kept while the provider keeps it.
      (CURLOPT_MAXAGE_CONN, 3_600),
    ]
    for (option, value) in numbers { try set(unsafe bongsu_curl_set_long(easy, option, value)) }
    try set(unsafe bongsu_curl_set_text(easy, CURLOPT_PROXY, ""))
    try set(
      unsafe bongsu_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, settings.allowsLocalPlaintext ? "http,https" : "https"))
    if let file = settings.authorityFile {
      try set(unsafe bongsu_curl_set_text(easy, CURLOPT_CAINFO, file))
      // Debian's libcurl trusts what is in /etc/ssl/certs as well, as long as it is not told otherwise.
      try set(unsafe bongsu_curl_set_text(easy, CURLOPT_CAPATH, nil))
    }
  }

  private func set(_ code: CURLcode) throws(HTTPTransferError) {
    guard code == CURLE_OK else { throw HTTPTransferError(.configuration, "libcurl does not take a setting") }
  }

  /// Makes it ready to be added to the multi handle.
  func load(_ pending: PendingRequest, _ host: TransferHost) {
    let request = pending.request
    (tag, reply) = (request.tag, pending.reply)
    (self.host, isPlaintext) = (host, request.url.hasPrefix("http://"))
    (headers, answer, headerBytes, isOverLimit, wasForbidden) = ([:], [], 0, false, false)
    attempt = Attempt()
    unsafe curl_slist_free_all(list)
    unsafe list = nil
    // Or libcurl would wait for a server's leave to send a long body.
    for line in request.headers.map({ Self.line($0.name, $0.value) }) + ["Expect:"] {
      unsafe list = curl_slist_append(list, line)
    }
    unsafe bongsu_curl_set_list(easy, CURLOPT_HTTPHEADER, list)
    unsafe bongsu_curl_set_pointer(easy, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(host).toOpaque())
    unsafe bongsu_curl_set_text(easy, CURLOPT_URL, request.url)
    // Without TLS there is no HTTP/2 to wait for.
    unsafe bongsu_curl_set_long(easy, CURLOPT_PIPEWAIT, isPlaintext ? 0 : 1)
    unsafe bongsu_curl_set_long(
      easy, CURLOPT_TIMEOUT_MS, (request.timeout ?? settings.timeout).milliseconds)
    load(body: request.body, request.method)
  }

  /// libcurl takes a colon without a value for the wish to leave a header out.
  private static func line(_ name: String, _ value: String) -> String {
    value.holdsOnly { $0 == 0x20 || $0 == 0x09 } ? name + ";" : "\(name): \(value)"
  }

  private func load(body: [UInt8], _ method: String) {
    if body.isEmpty && method == "HEAD" {
      unsafe bongsu_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, nil)
      unsafe bongsu_curl_set_long(easy, CURLOPT_NOBODY, 1)
      return
    }
    if body.isEmpty && method == "GET" {
      unsafe bongsu_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, nil)
      unsafe bongsu_curl_set_long(easy, CURLOPT_HTTPGET, 1)
      return
    }
    unsafe bongsu_curl_set_long(easy, CURLOPT_POST, 1)
    unsafe bongsu_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method == "POST" ? nil : method)
    unsafe bongsu_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    // It makes a copy: an array's bytes stay in their place for the length of a call alone.
    _ = unsafe body.withUnsafeBytes {
      unsafe bongsu_curl_set_pointer(
        easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress ?? UnsafeRawPointer(easy)))
    }
  }

  /// - Parameter code: as the multi handle tells it.
  func finish(_ code: CURLcode) -> FinishedRequest {
    forgiveRefused()
    host?.noteGone(opened, by: ObjectIdentifier(self))
    opened = []
    let end = TransferEnd(
      code: code, status: unsafe bongsu_curl_long(easy, CURLINFO_RESPONSE_CODE),
      wasSent: wasSent, wasRefused: attempt.wasRefused, isOverLimit: isOverLimit, wasForbidden: wasForbidden)
    let result = end.result(headers: headers, body: answer, now: SystemTime.unixMicroseconds() / 1_000_000)
    defer { (headers, answer, host, reply) = ([:], [], nil, nil) }
    return FinishedRequest(outcome: HTTPOutcome(tag: tag, result), reply: reply)
  }
}

extension Transfer {
  /// - Returns: false to have the transfer ended.
  fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Bool {
    let room = settings.bodyLimit - answer.count
    unsafe answer.append(contentsOf: bytes.prefix(room))
    isOverLimit = bytes.count > room
    return !isOverLimit
  }

  fileprivate func take(header bytes: UnsafeRawBufferPointer) -> Bool {
    headerBytes += bytes.count
    guard headerBytes <= settings.headerLimit else { return false }
    if unsafe bytes.starts(with: Self.statusLine) {
      headers = [:]
      host?.note(statusLine: unsafe String(decoding: bytes, as: UTF8.self))
    } else if let colon = unsafe bytes.firstIndex(of: UInt8(ascii: ":")) {
      guard let name = wanted.first(where: { unsafe $0.isName(bytes[..<colon]) }) else { return true }
      headers[name.text] = unsafe HeaderName.value(bytes[(colon + 1)...])
    }
    return true
  }

  private static let statusLine = Array("HTTP/".utf8)

  /// Of the request, in all attempts that libcurl makes of itself, without those that were surely refused.
  private var sentBytes: Int { unsafe bongsu_curl_long(easy, CURLINFO_REQUEST_SIZE) - attempt.refusedBytes }

  /// libcurl counts bytes once a write has ended well: a connection that breaks within it may have carried some.
  private var wasSent: Bool { sentBytes > 0 || attempt.stream != 0 }

  /// A server that goes away has not worked on what came last.
  private func forgiveRefused() {
    guard let connection = attempt.connection, host?.gone.hasRefused(attempt.stream, on: connection) == true else {
      return
    }
    attempt.refusedBytes += sentBytes
    (attempt.stream, attempt.wasRefused) = (0, true)
  }

  /// A connection is there. Where one that was used before ends without an answer, libcurl would send the request again
  /// on another: whatever it asks for could be done twice.
  fileprivate func begin(on connection: GoneConnections.Key) -> Bool {
    forgiveRefused()
    host?.noteUp()
    // What is not sent again keeps what it is known by.
    guard !wasSent else { return false }
    opened.removeAll { SocketAddress.localPort(of: $0) == connection.localPort }
    host?.gone.begin(on: connection)
    attempt.connection = connection
    return true
  }

  fileprivate func note(_ notice: HTTP2Notice) {
    switch notice {
    case .stream(let number): attempt.stream = number
    case .goAway(let last): if let connection = attempt.connection { host?.gone.note(connection, last: last) }
    }
  }

  fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    forgiveRefused()
    guard !wasSent else { return -1 }
    let bytes = unsafe SocketAddress.bytes(address)
    guard AddressGuard.mayCall(bytes, isPlaintext: isPlaintext, isGuarded: settings.isGuarded) else {
      wasForbidden = true
      return -1
    }
    let socket = unsafe SocketAddress.socket(address)
    if socket >= 0 {
      SocketAddress.gather(socket)
      opened.append(socket)
      host?.noteOpened(socket, by: ObjectIdentifier(self))
    }
    return socket
  }
}

extension Duration {
  /// At least one, as none would be no limit to libcurl; at most 24 days.
  var milliseconds: Int { Int(min(max(1, self / .milliseconds(1)), 0x7FFF_FFFF)) }
}

private func transfer(_ data: UnsafeMutableRawPointer?) -> Transfer? {
  unsafe data.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private let takeBody: curl_write_callback = { bytes, size, count, data in
  guard let transfer = unsafe transfer(data), let bytes = unsafe bytes else { return 0 }
  return unsafe transfer.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let takeHeader: curl_write_callback = { bytes, size, count, data in
  guard let transfer = unsafe transfer(data), let bytes = unsafe bytes else { return 0 }
  return unsafe transfer.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let openSocket: curl_opensocket_callback = { data, _, address in
  guard let transfer = unsafe transfer(data), let address = unsafe address else { return -1 }
  return unsafe transfer.open(address)
}

private let beforeRequest: curl_prereq_callback = { data, address, _, _, localPort in
  guard let transfer = unsafe transfer(data), let address = unsafe address else { return CURL_PREREQFUNC_ABORT }
  let connection = unsafe GoneConnections.Key(address: String(cString: address), localPort: localPort)
  return transfer.begin(on: connection) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private let takeText: curl_debug_callback = { _, kind, text, count, data in
  if kind == CURLINFO_TEXT, let transfer = unsafe transfer(data), let text = unsafe text,
    let notice = unsafe HTTP2Notice(UnsafeRawBufferPointer(start: text, count: count))
  {
    transfer.note(notice)
  }
  return 0
}

/// The connection remembers the host of the transfer that opened it; the loop keeps all hosts.
private let closeSocket: curl_closesocket_callback = { data, socket in
  if let data = unsafe data { unsafe Unmanaged<TransferHost>.fromOpaque(data).takeUnretainedValue().noteClosed(socket) }
  return close(socket)
}
