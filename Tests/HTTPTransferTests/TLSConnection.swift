import CTestTLS
import Glibc
import LocalServers
import Synchronization
import TestSupport

/// The server's side of TLS, by OpenSSL. The context belongs to all connections; each of them to its thread.
final class TLSContext: @unchecked Sendable {
  let context: OpaquePointer

  /// - Parameter protocol: what is agreed on by ALPN, as `h2`.
  init(_ certificate: TestCertificate, protocol name: String) throws {
    guard let context = SSL_CTX_new(TLS_server_method()),
      SSL_CTX_use_certificate_file(context, certificate.file, SSL_FILETYPE_PEM) == 1,
      SSL_CTX_use_PrivateKey_file(context, certificate.keyFile, SSL_FILETYPE_PEM) == 1
    else { throw LocalServerError(.system, "no TLS with the test's certificate") }
    self.context = context
    let choose: SSL_CTX_alpn_select_cb_func = name == "h2" ? chooseHTTP2 : chooseHTTP1
    SSL_CTX_set_alpn_select_cb(context, choose, nil)
  }

  deinit { SSL_CTX_free(context) }
}

private let chooseHTTP2: SSL_CTX_alpn_select_cb_func = { _, output, length, offered, count, _ in
  choose("h2", output, length, offered, count)
}
private let chooseHTTP1: SSL_CTX_alpn_select_cb_func = { _, output, length, offered, count, _ in
  choose("http/1.1", output, length, offered, count)
}

/// Points into the client's offer, which outlives the call.
private func choose(
  _ name: String, _ output: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?,
  _ offered: UnsafePointer<UInt8>?, _ count: UInt32
) -> Int32 {
  let offer = UnsafeBufferPointer(start: offered, count: Int(count))
  var place = 0
  while place < offer.count {
    let size = Int(offer[place])
    if offer[(place + 1)...].prefix(size).elementsEqual(name.utf8) {
      output?.pointee = offered.map { $0 + place + 1 }
      length?.pointee = UInt8(size)
      return SSL_TLSEXT_ERR_OK
    }
    place += size + 1
  }
  return SSL_TLSEXT_ERR_NOACK
}

final class TLSConnection {
  private let ssl: OpaquePointer

  /// - Returns: nil where no TLS comes about.
  init?(_ context: TLSContext, _ descriptor: Int32) {
    guard let ssl = SSL_new(context.context) else { return nil }
    self.ssl = ssl
    // OpenSSL writes to sockets as to files. This thread alone: a client that raises the signal shall end the tests.
    var signals = sigset_t()
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    SSL_set_fd(ssl, descriptor)
    guard SSL_accept(ssl) == 1 else { return nil }
  }

  deinit { SSL_free(ssl) }

  /// - Returns: exactly so many bytes; nil where the other side is gone.
  func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var place = 0
    while place < count {
      let got = bytes.withUnsafeMutableBytes { SSL_read(ssl, $0.baseAddress.map { $0 + place }, Int32(count - place)) }
      guard got > 0 else { return nil }
      place += Int(got)
    }
    return bytes
  }

  /// - Returns: what there is; nil where the other side is gone.
  func readSome() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let got = SSL_read(ssl, &bytes, Int32(bytes.count))
    return got > 0 ? Array(bytes[..<Int(got)]) : nil
  }

  @discardableResult
  func write(_ bytes: [UInt8]) -> Bool { bytes.isEmpty || SSL_write(ssl, bytes, Int32(bytes.count)) > 0 }
}
