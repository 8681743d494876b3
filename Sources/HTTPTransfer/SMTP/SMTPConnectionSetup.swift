import CCurl
import Glibc

extension SMTPConnection {
  /// What is the same for every mail.
  func prepare(_ easy: UnsafeMutableRawPointer) throws(SMTPFailure) {
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
