import COpenSSL

/// P-256 signatures: OpenSSL speaks DER, JWT (RFC 7518, section 3.4) two numbers of 32 bytes.
enum ECDSASignature {
  static func fixed(_ der: [UInt8]) throws(SigningError) -> [UInt8] {
    let bytes = unsafe der.withUnsafeBufferPointer { buffer -> [UInt8]? in
      var start = buffer.baseAddress
      guard let signature = unsafe d2i_ECDSA_SIG(nil, &start, buffer.count) else { return nil }
      defer { unsafe ECDSA_SIG_free(signature) }
      var bytes = [UInt8](repeating: 0, count: 64)
      let isWritten = unsafe bytes.withUnsafeMutableBufferPointer { target in
        unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), target.baseAddress, 32) == 32
          && BN_bn2binpad(ECDSA_SIG_get0_s(signature), target.baseAddress.map { unsafe $0 + 32 }, 32) == 32
      }
      return isWritten ? bytes : nil
    }
    guard let bytes else { throw SigningError.openSSL(.failed, "cannot read a signature of OpenSSL's own") }
    return bytes
  }

  /// nil for what is not 64 bytes.
  static func der(_ fixed: [UInt8]) -> [UInt8]? {
    guard fixed.count == 64, let signature = unsafe ECDSA_SIG_new() else { return nil }
    defer { unsafe ECDSA_SIG_free(signature) }
    let isSet = unsafe fixed.withUnsafeBufferPointer { bytes in
      unsafe ECDSA_SIG_set0(
        signature, BN_bin2bn(bytes.baseAddress, 32, nil), BN_bin2bn(bytes.baseAddress.map { unsafe $0 + 32 }, 32, nil))
    }
    let count = unsafe i2d_ECDSA_SIG(signature, nil)
    guard isSet == 1, count > 0 else { return nil }
    var der = [UInt8](repeating: 0, count: Int(count))
    unsafe der.withUnsafeMutableBufferPointer { bytes in
      var start = bytes.baseAddress
      _ = unsafe i2d_ECDSA_SIG(signature, &start)
    }
    return der
  }
}
