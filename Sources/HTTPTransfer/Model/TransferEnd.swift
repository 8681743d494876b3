import CCurl

/// What libcurl tells of a transfer that is over.
struct TransferEnd {
  var code: CURLcode
  /// The last status line's; 0 where there was none.
  var status: Int
  /// The request, or a part of it, was handed to a connection, and not surely refused.
  var wasSent: Bool
  /// By a server that goes away.
  var wasRefused = false
  var isOverLimit: Bool
  var wasForbidden: Bool

  /// A status line is the server's word, however the rest ended: libcurl 7.88 may also report an aborted answer as a
  /// success (curl#10693), which then has no status.
  /// - Parameter now: seconds since 1970, for a `retry-after` that is a date.
  func result(headers: [String: String], body: [UInt8], now: Int64) -> Result<HTTPResponse, HTTPTransferError> {
    if status >= 200 {
      var headers = headers
      if let asked = headers["retry-after"] { headers["retry-after"] = RetryAfter.inSeconds(asked, now: now) }
      return .success(
        HTTPResponse(status: status, headers: headers, body: body, isTruncated: code != CURLE_OK || isOverLimit))
    }
    return .failure(error)
  }

  private var error: HTTPTransferError {
    // A name may have another address as well, that was let through and called.
    if wasForbidden, !wasSent {
      return HTTPTransferError(.forbiddenAddress, "the host's address is not one that may be called")
    }
    let (kind, message) = meaning
    if wasSent, Self.beforeSending.contains(kind) {
      // It was sent on a connection that then ended, and the failure is that of the next one.
      return HTTPTransferError(.connectionLost, "the connection ended before an answer came", mayHaveArrived: true)
    }
    if wasRefused, !wasSent, kind == .connectionLost || kind == .protocolFault {
      return HTTPTransferError(.connectionLost, "the host went away before it worked on the request")
    }
    return HTTPTransferError(kind, message, mayHaveArrived: wasSent)
  }

  private static let beforeSending: Set<HTTPTransferError.Code> = [.cannotConnect, .unknownHost, .tls, .invalidRequest]

  private var meaning: (HTTPTransferError.Code, String) {
    switch code {
    // libcurl's word for an answer that begins as no HTTP does, too.
    case CURLE_UNSUPPORTED_PROTOCOL where wasSent: (.protocolFault, "the host's answer is no HTTP")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
      (.invalidRequest, "the URL is none, or has a protocol that is not allowed")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: (.unknownHost, "the host's name is not known")
    case CURLE_COULDNT_CONNECT: (.cannotConnect, "the host does not take connections")
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
      (.tls, "no TLS could be agreed on with the host")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      (.tls, "the host's certificate is not to be trusted, or is another host's")
    case CURLE_OPERATION_TIMEDOUT: (.timeout, "the host did not answer in time")
    case CURLE_WRITE_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2:
      (.protocolFault, "the host's answer is no HTTP, or too long")
    default: (.connectionLost, "the connection ended before an answer came (libcurl \(code.rawValue))")
    }
  }
}
