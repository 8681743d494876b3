import COpenSSL
import Foundation
import Glibc

/// A certificate authority for this machine's tests, made anew each time: who trusts its file trusts every stand-in.
///
/// Its key never leaves the process. Certificates are of P-256 and hold for a week.
@safe public final class CertificateAuthority: @unchecked Sendable {
  /// The certificate as PEM, for a client's trust.
  public let caFile: String
  /// Names that its servers answer to; the second is for who looks names up in a way of his own.
  public static let standardNames = ["DNS:localhost", "DNS:provider.test", "IP:127.0.0.1"]
  /// The name of a certificate that no client asks for.
  static let otherNames = ["DNS:other.invalid"]

  private let key: PKey
  private let certificate: Certificate
  private let removesFile: Bool

  /// - Parameter caFile: where the certificate is written; a temporary file, removed with this object, when nil.
  /// - Throws: `certificate`.
  public init(caFile: String? = nil) throws(SimulatorError) {
    key = try PKey()
    certificate = try Certificate.make(subject: "Bongsu simulators' authority", key: key, issuer: nil, names: [])
    let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    self.caFile = caFile ?? "\(base)/bongsu-ca-\(UUID().uuidString).pem"
    removesFile = caFile == nil
    guard FileManager.default.createFile(atPath: self.caFile, contents: Data(certificate.pem)) else {
      throw SimulatorError(.certificate, "cannot write the authority's certificate; name a folder that can be written")
    }
  }

  deinit { if removesFile { unsafe unlink(caFile) } }

  /// - Parameter names: as OpenSSL writes them, `DNS:host` or `IP:address`.
  func context(names: [String], protocols: [String]) throws(SimulatorError) -> TLSContext {
    let serverKey = try PKey()
    let issued = try Certificate.make(
      subject: "localhost", key: serverKey, issuer: (certificate, key), names: names)
    return try TLSContext(certificate: issued, key: serverKey, protocols: protocols)
  }
}

/// OpenSSL's private key.
@safe final class PKey {
  let handle: OpaquePointer

  init() throws(SimulatorError) {
    guard let handle = unsafe bongsu_make_p256_key() else { throw SimulatorError(.certificate, "cannot make a key") }
    unsafe self.handle = handle
  }

  deinit { unsafe EVP_PKEY_free(handle) }
}
