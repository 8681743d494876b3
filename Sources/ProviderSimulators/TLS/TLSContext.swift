import COpenSSL

/// What connections of one certificate share: TLS 1.2 and 1.3, and the protocols that may be agreed on.
@safe final class TLSContext: @unchecked Sendable {
  let handle: OpaquePointer
  /// Lent to OpenSSL's callback, so it lives as long as the handle.
  private let protocols: ProtocolNames

  init(certificate: Certificate, key: PKey, protocols: [String]) throws(SimulatorError) {
    guard let handle = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw SimulatorError(.certificate, "cannot make a TLS context")
    }
    unsafe self.handle = handle
    self.protocols = ProtocolNames(protocols)
    // Macros of OpenSSL's, spelled out.
    unsafe SSL_CTX_ctrl(handle, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // Idle connections hold no buffers.
    unsafe SSL_CTX_ctrl(handle, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
    unsafe SSL_CTX_set_num_tickets(handle, 0)
    unsafe SSL_CTX_set_alpn_select_cb(handle, chooseProtocol, Unmanaged.passUnretained(self.protocols).toOpaque())
    guard unsafe SSL_CTX_use_certificate(handle, certificate.handle) == 1,
      unsafe SSL_CTX_use_PrivateKey(handle, key.handle) == 1
    else { throw SimulatorError(.certificate, "certificate and key do not belong together") }
  }

  deinit { unsafe SSL_CTX_free(handle) }
}

private final class ProtocolNames: Sendable {
  let names: [[UInt8]]
  init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }
}

/// OpenSSL's callback: the first of the server's protocols that the client offers, or none of them.
private func chooseProtocol(
  _ connection: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: UInt32,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context = unsafe context, let offered = unsafe offered else { return SSL_TLSEXT_ERR_NOACK }
  let names = unsafe Unmanaged<ProtocolNames>.fromOpaque(context).takeUnretainedValue().names
  let list = unsafe UnsafeBufferPointer(start: offered, count: Int(count))
  for name in names {
    var at = 0
    while at < list.count {
      let end = at + 1 + Int(unsafe list[at])
      if unsafe end <= list.count && list[(at + 1)..<end].elementsEqual(name) {
        unsafe chosen?.pointee = offered + at + 1
        unsafe length?.pointee = UInt8(name.count)
        return SSL_TLSEXT_ERR_OK
      }
      at = end
    }
  }
  return SSL_TLSEXT_ERR_NOACK
}
