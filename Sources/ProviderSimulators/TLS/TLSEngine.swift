import COpenSSL

/// TLS of one connection, from bytes to bytes; it knows no socket.
@safe final class TLSEngine {
  private let connection: OpaquePointer
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer
  /// Kept, as OpenSSL's callback looks into it.
  private let context: TLSContext
  private(set) var hasEnded = false

  init(_ context: TLSContext) {
    guard let connection = unsafe SSL_new(context.handle), let incoming = unsafe BIO_new(BIO_s_mem()),
      let outgoing = unsafe BIO_new(BIO_s_mem())
    else { preconditionFailure("no memory for a connection") }
    unsafe SSL_set_bio(connection, incoming, outgoing)
    unsafe SSL_set_accept_state(connection)
    (unsafe self.connection, unsafe self.incoming, unsafe self.outgoing) = unsafe (connection, incoming, outgoing)
    self.context = context
  }

  deinit { unsafe SSL_free(connection) }

  var isEstablished: Bool { unsafe SSL_is_init_finished(connection) == 1 }

  /// What was agreed on, as `h2`; empty for nothing.
  var agreedProtocol: String {
    var (name, length): (UnsafePointer<UInt8>?, UInt32) = (nil, 0)
    unsafe SSL_get0_alpn_selected(connection, &name, &length)
    return unsafe String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }

  /// Takes what the other side sent.
  func feed(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { buffer in
      _ = unsafe BIO_write(incoming, buffer.baseAddress, Int32(buffer.count))
    }
  }

  /// True once both sides agree.
  func handshake() -> Bool {
    ERR_clear_error()
    let status = unsafe SSL_do_handshake(connection)
    if status == 1 { return true }
    hasEnded = unsafe SSL_get_error(connection, status) != SSL_ERROR_WANT_READ
    return false
  }

  /// Fills `buffer` with what was received; 0 when more must come first, or when it has ended.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    ERR_clear_error()
    let count = unsafe SSL_read(connection, buffer.baseAddress, Int32(buffer.count))
    if count > 0 { return Int(count) }
    let reason = unsafe SSL_get_error(connection, count)
    if reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE { hasEnded = true }
    return 0
  }

  func write(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    ERR_clear_error()
    if unsafe SSL_write(connection, bytes, Int32(bytes.count)) <= 0 { hasEnded = true }
  }

  /// Says goodbye.
  func end() {
    if isEstablished && !hasEnded { unsafe SSL_shutdown(connection) }
  }

  /// Moves what is to be sent to the other side to the end of `output`.
  func drain(into output: inout [UInt8]) {
    let count = unsafe BIO_ctrl_pending(outgoing)
    guard count > 0 else { return }
    output += unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, Int(unsafe BIO_read(outgoing, buffer.baseAddress, Int32(count))))
    }
  }
}
