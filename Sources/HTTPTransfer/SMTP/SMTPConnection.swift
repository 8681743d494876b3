import CCurl
import Glibc
import Runtime

/// One easy handle with one connection, used for one mail after another. It belongs to one thread.
@safe final class SMTPConnection {
  let settings: SMTPClientSettings
  private let sockets: SMTPSockets
  private var easy: UnsafeMutableRawPointer?
  /// libcurl's sockets with their second descriptors. There are two while it tries two addresses at once.
  private var open: [(socket: curl_socket_t, own: Int32)] = []
  private var mails = 0
  /// Where the end of a mail gets no answer libcurl keeps the connection, and would take it for one to the next mail.
  private var isSpent = false
  private var isLoggedIn = false
  private var attempt = Attempt()

  /// Of a mail.
  struct Attempt {
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
    close()
    return perform(mail, milliseconds: Int(left))
  }

  /// To be called once the mail's outcome is delivered: a connection that has had enough is closed.
  func rest() {
    if mails >= settings.mailsPerConnection || isSpent { close() }
  }

  /// Says QUIT and does not wait for the answer, which libcurl does for two minutes: it finds the end of the connection.
  func close() {
    leave()
    unsafe curl_easy_cleanup(easy)
    unsafe easy = nil
    isSpent = false
    forget(except: CURL_SOCKET_BAD)
  }

  private func forget(except socket: curl_socket_t) {
    for one in open where one.socket != socket { sockets.close(one.own) }
    open.removeAll { $0.socket != socket }
  }

  func leave() {
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
      let result = attempt.progress.result(end)
      if case .failure(let failure) = result { isSpent = failure.replyCode == nil || failure.replyCode == 421 }
      return result
    } catch {
      return .failure(error)
    }
  }

  private func end(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) -> SMTPProgress.End {
    let hasTLS = unsafe bongsu_curl_offset(easy, CURLINFO_APPCONNECT_TIME_T) > 0
    return SMTPProgress.End(
      code: code, isStopped: sockets.isCut, wasForbidden: attempt.wasForbidden,
      isConnected: unsafe bongsu_curl_offset(easy, CURLINFO_CONNECT_TIME_T) > 0,
      awaitsTLS: settings.security == .implicitTLS && !hasTLS)
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
}

extension SMTPConnection {
  /// - Returns: how many bytes there were; none at the end. It adds the dots that SMTP wants.
  func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, attempt.bytes.count - attempt.given)
    unsafe attempt.bytes[attempt.given...].prefix(count).withUnsafeBytes { unsafe room.copyMemory(from: $0) }
    attempt.given += count
    if count == 0 { attempt.progress.noteAllGiven() }
    return count
  }

  func take(reply line: UnsafeRawBufferPointer) -> Bool { unsafe attempt.progress.received(line) }

  func take(command: UnsafeRawBufferPointer) {
    unsafe attempt.progress.sent(command)
    if attempt.progress.sawLogin { isLoggedIn = true }
    if attempt.progress.isLeaving { leave() }
  }

  /// - Returns: false where the mail must not be sent: libcurl goes on without a login where the server offers none, and
  ///   a second time in one attempt it would send it again.
  func begin() -> Bool {
    guard !attempt.progress.isReady, settings.credentials == nil || isLoggedIn else { return false }
    attempt.progress.ready()
    return true
  }

  var isCut: Bool { sockets.isCut }

  func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let bytes = unsafe SocketAddress.bytes(address)
    let isPlaintext = settings.security == .plain && !settings.allowsPlaintext
    guard AddressGuard.mayCall(bytes, isPlaintext: isPlaintext, isGuarded: false) else {
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

  func close(_ socket: curl_socket_t) -> Int32 {
    for one in open where one.socket == socket { sockets.close(one.own) }
    open.removeAll { $0.socket == socket }
    return Glibc.close(socket)
  }
}

extension SMTPFailure {
  static let noMemory = SMTPFailure(.configuration, "libcurl has no memory for a mail")
}
