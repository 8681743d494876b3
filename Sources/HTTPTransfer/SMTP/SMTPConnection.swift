import CCurl
import Glibc
import Runtime

/// One easy handle with one connection, used for one mail after another. It belongs to one thread.
@safe final class SMTPConnection {
  private let settings: SMTPClientSettings
  private let sockets: SMTPSockets
  private var easy: UnsafeMutableRawPointer?
  /// libcurl's sockets with their second descriptors. There are two while it tries two addresses at once.
  private var open: [(socket: curl_socket_t, own: Int32)] = []
  private var mails = 0
  private var isLoggedIn = false
  private var attempt = Attempt()

  /// Of a mail.
  fileprivate struct Attempt {
    var progress = SMTPProgress()
    var bytes: [UInt8] = []
    var given = 0
    var isOnNew = false
    var wasForbidden = false
  }

  init(_ settings: SMTPClientSettings, _ sockets: SMTPSockets) { (self.settings, self.sockets) = (settings, sockets) }

  deinit { close() }

  /// What the server sends or ends while no mail is on its way shows here.
  var socket: Int32? { open.first?.own }

  /// libcurl itself sends no mail again (measured with 7.88). A connection from the last mail may be gone by now, and
  /// where it surely has not taken the mail, a new one gets it.
  func send(_ mail: SMTPMail) -> Result<SMTPReceipt, SMTPFailure> {
    let deadline = SystemTime.monotonicNanoseconds() + Int64(settings.timeout.milliseconds) * 1_000_000
    let result = perform(mail, milliseconds: settings.timeout.milliseconds)
    guard case .failure(let failure) = result, failure.isOfOldConnection, !attempt.isOnNew, !sockets.isCut else {
      return result
    }
    let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
    guard left > 0 else { return result }
    return perform(mail, milliseconds: Int(left))
  }

  /// To be called once the mail's outcome is delivered: a connection that has had enough is closed.
  func rest() {
    if mails >= settings.mailsPerConnection { close() }
  }

  /// Says QUIT and does not wait for the answer, which libcurl does for two minutes: it finds the end of the connection.
  func close() {
    leave()
    unsafe curl_easy_cleanup(easy)
    unsafe easy = nil
    forget(except: CURL_SOCKET_BAD)
  }

  private func forget(except socket: curl_socket_t) {
    for one in open where one.socket != socket { sockets.close(one.own) }
    open.removeAll { $0.socket != socket }
  }

  fileprivate func leave() {
    for one in open { shutdown(one.own, Int32(SHUT_RD)) }
  }

  private func perform(_ mail: SMTPMail, milliseconds: Int) -> Result<SMTPReceipt, SMTPFailure> {
    do throws(SMTPFailure) {
      let easy = try unsafe handle()
      guard let list = unsafe curl_slist_append(nil, mail.to) else { throw .noMemory }
      defer { unsafe curl_slist_free_all(list) }
      unsafe bongsu_curl_set_text(easy, CURLOPT_MAIL_FROM, mail.from)
      unsafe bongsu_curl_set_list(easy, CURLOPT_MAIL_RCPT, list)
      unsafe bongsu_curl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds)
      attempt = Attempt(bytes: mail.bytes)
      mails += 1
      let end = unsafe end(easy, curl_easy_perform(easy))
      forget(except: unsafe bongsu_curl_socket(easy))
      attempt.bytes = []
      return settle(attempt.progress.result(end))
    } catch {
      return .failure(error)
    }
  }

  /// Where the end of a mail gets no answer libcurl keeps the connection, and would take it for one to the next mail.
  private func settle(_ result: Result<SMTPReceipt, SMTPFailure>) -> Result<SMTPReceipt, SMTPFailure> {
    if case .failure(let failure) = result, failure.replyCode == nil || failure.replyCode == 421 { close() }
    return result
  }

  private func end(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) -> SMTPProgress.End {
    let awaitsTLS = unsafe settings.security == .implicitTLS && bongsu_curl_offset(easy, CURLINFO_APPCONNECT_TIME_T) == 0
    return SMTPProgress.End(
      code: code, isStopped: sockets.isCut, wasForbidden: attempt.wasForbidden,
      isConnected: unsafe bongsu_curl_offset(easy, CURLINFO_CONNECT_TIME_T) > 0, awaitsTLS: awaitsTLS)
  }
}

extension SMTPConnection {
  private func handle() throws(SMTPFailure) -> UnsafeMutableRawPointer {
    if let easy = unsafe easy { return unsafe easy }
    guard let made = unsafe curl_easy_init() else { throw .noMemory }
    unsafe easy = unsafe made
    do throws(SMTPFailure) {
      try unsafe prepare(made)
    } catch {
      close()
      throw error
    }
    return unsafe made
  }

  /// Tries each setting.
  static func check(_ settings: SMTPClientSettings) throws(SMTPFailure) {
    try settings.check()
    _ = try unsafe SMTPConnection(settings, SMTPSockets()).handle()
  }

  /// What is the same for every mail.
  private func prepare(_ easy: UnsafeMutableRawPointer) throws(SMTPFailure) {
    unsafe prepareCallbacks(easy)
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_UPLOAD, 1), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)), (CURLOPT_TCP_KEEPALIVE, 1), (CURLOPT_MAXCONNECTS, 1),
      (CURLOPT_BUFFERSIZE, 16_384), (CURLOPT_UPLOAD_BUFFERSIZE, 16_384),
      (CURLOPT_USE_SSL, settings.security == .plain ? Int(CURLUSESSL_NONE.rawValue) : Int(CURLUSESSL_ALL.rawValue)),
      (CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds),
      // The time for a mail does not hold for what libcurl does afterwards.
      (CURLOPT_SERVER_RESPONSE_TIMEOUT, settings.timeout.milliseconds / 1_000 + 1),
      // Idle ones are closed here.
      (CURLOPT_MAXAGE_CONN, 86_400), (CURLOPT_SASL_IR, 1),
    ]
    for (option, value) in numbers { try set(unsafe bongsu_curl_set_long(easy, option, value)) }
    try unsafe set(easy, CURLOPT_URL, settings.url)
    try unsafe set(easy, CURLOPT_PROXY, "")
    try unsafe set(easy, CURLOPT_PROTOCOLS_STR, settings.security == .implicitTLS ? "smtps" : "smtp")
    if let file = settings.authorityFile {
      try unsafe set(easy, CURLOPT_CAINFO, file)
      // Debian's libcurl trusts what is in /etc/ssl/certs as well, as long as it is not told otherwise.
      try unsafe set(easy, CURLOPT_CAPATH, nil)
    }
    if let credentials = settings.credentials {
      try unsafe set(easy, CURLOPT_USERNAME, credentials.user)
      try unsafe set(easy, CURLOPT_PASSWORD, credentials.password)
      try unsafe set(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    }
  }

  private func prepareCallbacks(_ easy: UnsafeMutableRawPointer) {
    let own = unsafe Unmanaged.passUnretained(self).toOpaque()
    let places = [
      CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_CLOSESOCKETDATA, CURLOPT_PREREQDATA,
      CURLOPT_DEBUGDATA, CURLOPT_XFERINFODATA,
    ]
    for place in places { unsafe bongsu_curl_set_pointer(easy, place, own) }
    unsafe bongsu_curl_set_reader(easy, giveBytes)
    unsafe bongsu_curl_set_writer(easy, CURLOPT_HEADERFUNCTION, takeReply)
    unsafe bongsu_curl_set_opener(easy, openSocket)
    unsafe bongsu_curl_set_closer(easy, closeSocket)
    unsafe bongsu_curl_set_before_request(easy, beforeMail)
    unsafe bongsu_curl_set_listener(easy, takeCommand)
    unsafe bongsu_curl_set_progress(easy, isStopped)
  }

  private func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ text: String?) throws(SMTPFailure) {
    try set(unsafe bongsu_curl_set_text(easy, option, text))
  }

  private func set(_ code: CURLcode) throws(SMTPFailure) {
    guard code == CURLE_OK else { throw SMTPFailure(.configuration, "libcurl does not take a setting") }
  }
}

extension SMTPConnection {
  /// - Returns: how many bytes there were; none at the end. It adds the dots that SMTP wants.
  fileprivate func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, attempt.bytes.count - attempt.given)
    unsafe attempt.bytes[attempt.given...].prefix(count).withUnsafeBytes { unsafe room.copyMemory(from: $0) }
    attempt.given += count
    if count == 0 { attempt.progress.noteAllGiven() }
    return count
  }

  fileprivate func take(reply line: UnsafeRawBufferPointer) -> Bool { unsafe attempt.progress.received(line) }

  fileprivate func take(command: UnsafeRawBufferPointer) {
    unsafe attempt.progress.sent(command)
    if attempt.progress.sawLogin { isLoggedIn = true }
    if attempt.progress.isLeaving { leave() }
  }

  /// - Returns: false where the mail must not be sent: libcurl goes on without a login where the server offers none, and
  ///   a second time in one attempt it would send it again.
  fileprivate func begin() -> Bool {
    guard !attempt.progress.isReady, settings.credentials == nil || isLoggedIn else { return false }
    attempt.progress.ready()
    return true
  }

  fileprivate var isCut: Bool { sockets.isCut }

  fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    // Plain text is for this machine alone, whatever its name stands for.
    if settings.security == .plain, !settings.allowsPlaintext,
      !AddressGuard.isThisMachine(unsafe SocketAddress.bytes(address))
    {
      attempt.wasForbidden = true
      return -1
    }
    let socket = unsafe SocketAddress.socket(address)
    guard socket >= 0 else { return -1 }
    guard let own = sockets.add(socket) else {
      Glibc.close(socket)
      return -1
    }
    open.append((socket, own))
    (mails, isLoggedIn, attempt.isOnNew) = (1, false, true)
    return socket
  }

  fileprivate func close(_ socket: curl_socket_t) -> Int32 {
    for one in open where one.socket == socket { sockets.close(one.own) }
    open.removeAll { $0.socket == socket }
    return Glibc.close(socket)
  }
}

extension SMTPFailure {
  fileprivate static let noMemory = SMTPFailure(.configuration, "libcurl has no memory for a mail")
}

private func connection(_ data: UnsafeMutableRawPointer?) -> SMTPConnection? {
  unsafe data.map { unsafe Unmanaged<SMTPConnection>.fromOpaque($0).takeUnretainedValue() }
}

private let giveBytes: curl_read_callback = { room, size, count, data in
  guard let connection = unsafe connection(data), let room = unsafe room else { return Int(CURL_READFUNC_ABORT) }
  return unsafe connection.give(UnsafeMutableRawBufferPointer(start: room, count: size * count))
}

private let takeReply: curl_write_callback = { bytes, size, count, data in
  guard let connection = unsafe connection(data), let bytes = unsafe bytes else { return 0 }
  return unsafe connection.take(reply: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private let takeCommand: curl_debug_callback = { _, kind, bytes, count, data in
  if kind == CURLINFO_HEADER_OUT, let connection = unsafe connection(data), let bytes = unsafe bytes {
    unsafe connection.take(command: UnsafeRawBufferPointer(start: bytes, count: count))
  }
  return 0
}

private let beforeMail: curl_prereq_callback = { data, _, _, _, _ in
  unsafe connection(data)?.begin() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private let isStopped: curl_xferinfo_callback = { data, _, _, _, _ in unsafe connection(data)?.isCut == true ? 1 : 0 }

private let openSocket: curl_opensocket_callback = { data, _, address in
  guard let connection = unsafe connection(data), let address = unsafe address else { return -1 }
  return unsafe connection.open(address)
}

private let closeSocket: curl_closesocket_callback = { data, socket in
  unsafe connection(data)?.close(socket) ?? Glibc.close(socket)
}
