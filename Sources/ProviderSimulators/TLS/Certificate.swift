import COpenSSL

/// OpenSSL's X.509 certificate.
@safe final class Certificate {
  let handle: OpaquePointer

  private init() throws(SimulatorError) {
    guard let handle = unsafe X509_new() else { throw SimulatorError(.certificate, "cannot make a certificate") }
    unsafe self.handle = handle
  }

  deinit { unsafe X509_free(handle) }

  /// - Parameter issuer: nil for one that signs itself and others.
  static func make(
    subject: String, key: PKey, issuer: (certificate: Certificate, key: PKey)?, names: [String]
  ) throws(SimulatorError) -> Certificate {
    let made = try Certificate()
    let signer = issuer?.certificate ?? made
    made.setFrame(subject: subject)
    let isFramed =
      unsafe X509_set_issuer_name(made.handle, X509_get_subject_name(signer.handle)) == 1
      && X509_set_pubkey(made.handle, key.handle) == 1
    let isExtended = made.extend(isAuthority: issuer == nil, signer: signer, names: names)
    guard isFramed, isExtended, unsafe X509_sign(made.handle, (issuer?.key ?? key).handle, EVP_sha256()) > 0 else {
      ERR_clear_error()
      throw SimulatorError(.certificate, "cannot make a certificate for \(names.joined(separator: ", "))")
    }
    return made
  }

  private func setFrame(subject: String) {
    unsafe X509_set_version(handle, 2)
    unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(handle), UInt64.random(in: 1...(.max >> 1)))
    // A clock that was put back a little does not matter.
    unsafe X509_gmtime_adj(X509_getm_notBefore(handle), -3_600)
    unsafe X509_gmtime_adj(X509_getm_notAfter(handle), 7 * 86_400)
    unsafe X509_NAME_add_entry_by_txt(X509_get_subject_name(handle), "CN", MBSTRING_UTF8, subject, -1, -1, 0)
  }

  private func extend(isAuthority: Bool, signer: Certificate, names: [String]) -> Bool {
    var extensions = [(NID_subject_key_identifier, "hash")]
    if isAuthority {
      extensions += [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign,cRLSign")]
    } else {
      extensions += [
        (NID_authority_key_identifier, "keyid:always"), (NID_basic_constraints, "critical,CA:FALSE"),
        (NID_key_usage, "critical,digitalSignature"), (NID_ext_key_usage, "serverAuth"),
        (NID_subject_alt_name, names.joined(separator: ",")),
      ]
    }
    return extensions.allSatisfy { add($0, $1, signer) }
  }

  private func add(_ kind: Int32, _ value: String, _ signer: Certificate) -> Bool {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, signer.handle, handle, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value) else { return false }
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_add_ext(handle, made, -1) == 1
  }

  var pem: [UInt8] {
    let memory = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(memory) }
    unsafe PEM_write_bio_X509(memory, handle)
    var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(memory))
    unsafe BIO_read(memory, &bytes, Int32(bytes.count))
    return bytes
  }
}
