import CCurl
import Runtime
import Testing

@testable import HTTPTransfer

@Suite("How a transfer ended") struct TransferEndTests {
  private static func end(
    _ code: CURLcode, status: Int = 0, sent: Int = 0, isOverLimit: Bool = false, wasForbidden: Bool = false
  ) -> Result<HTTPResponse, HTTPTransferError> {
    TransferEnd(code: code, status: status, wasSent: sent > 0, isOverLimit: isOverLimit, wasForbidden: wasForbidden)
      .result(headers: ["a": "b"], body: [1], now: 0)
  }

  private static func error(_ code: CURLcode, sent: Int = 0) -> HTTPTransferError? {
    if case .failure(let error) = end(code, sent: sent) { error } else { nil }
  }

  @Test func `a status is the server's word, whatever came after`() throws {
    let whole = HTTPResponse(status: 410, headers: ["a": "b"], body: [1])
    #expect(try Self.end(CURLE_OK, status: 410).get() == whole)
    for code in [CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_OPERATION_TIMEDOUT, CURLE_HTTP2_STREAM, CURLE_WRITE_ERROR]
    {
      let response = try Self.end(code, status: 200, sent: 9).get()
      #expect(response.status == 200 && response.isTruncated)
    }
    #expect(try Self.end(CURLE_OK, status: 200, isOverLimit: true).get().isTruncated)
  }

  @Test func `without one it is no success, also where libcurl calls it that`() {
    #expect(Self.error(CURLE_OK, sent: 9)?.mayHaveArrived == true)
    guard case .failure = Self.end(CURLE_OK, status: 100, sent: 9) else {
      Issue.record("100 is no answer")
      return
    }
  }

  @Test(
    arguments: [
      (CURLE_COULDNT_RESOLVE_HOST, .unknownHost), (CURLE_COULDNT_CONNECT, .cannotConnect),
      (CURLE_SSL_CONNECT_ERROR, .tls), (CURLE_PEER_FAILED_VERIFICATION, .tls), (CURLE_SSL_CACERT_BADFILE, .tls),
      (CURLE_UNSUPPORTED_PROTOCOL, .invalidRequest), (CURLE_URL_MALFORMAT, .invalidRequest),
    ] as [(CURLcode, HTTPTransferError.Code)])
  func `what fails before the request has surely not arrived`(code: CURLcode, kind: HTTPTransferError.Code) {
    let error = Self.error(code, sent: 0)
    #expect(error?.code == kind && error?.mayHaveArrived == false)
  }

  @Test(
    arguments: [
      CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_URL_MALFORMAT,
    ])
  func `the same after it was sent is a second connection's failure`(code: CURLcode) {
    let error = Self.error(code, sent: 500)
    #expect(error?.code == .connectionLost && error?.mayHaveArrived == true)
  }

  @Test(
    arguments: [
      (CURLE_OPERATION_TIMEDOUT, .timeout), (CURLE_GOT_NOTHING, .connectionLost), (CURLE_RECV_ERROR, .connectionLost),
      (CURLE_SEND_ERROR, .connectionLost), (CURLE_HTTP2_STREAM, .connectionLost), (CURLE_HTTP2, .protocolFault),

      (CURLE_WEIRD_SERVER_REPLY, .protocolFault), (CURLE_ABORTED_BY_CALLBACK, .connectionLost),
    ] as [(CURLcode, HTTPTransferError.Code)])
  func `what fails later has not arrived only where nothing was sent`(code: CURLcode, kind: HTTPTransferError.Code) {
    #expect(Self.error(code, sent: 0)?.code == kind && Self.error(code, sent: 0)?.mayHaveArrived == false)
    #expect(Self.error(code, sent: 1)?.code == kind && Self.error(code, sent: 1)?.mayHaveArrived == true)
  }

  @Test(
    arguments: [
      (CURLE_HTTP2, .connectionLost), (CURLE_PARTIAL_FILE, .connectionLost), (CURLE_COULDNT_CONNECT, .cannotConnect),
      (CURLE_OPERATION_TIMEDOUT, .timeout),
    ] as [(CURLcode, HTTPTransferError.Code)])
  func `what was refused has not arrived, until it is sent again`(code: CURLcode, kind: HTTPTransferError.Code) {
    for sent in [0, 9] {
      let end = TransferEnd(
        code: code, status: 0, wasSent: sent > 0, wasRefused: true, isOverLimit: false, wasForbidden: false)
      guard case .failure(let error) = end.result(headers: [:], body: [], now: 0) else {
        Issue.record("no answer is no success")
        continue
      }
      #expect(error.mayHaveArrived == (sent > 0) && (sent > 0 || error.code == kind))
    }
  }

  @Test func `an address that was not let through is told as that`() {
    guard case .failure(let error) = Self.end(CURLE_COULDNT_CONNECT, wasForbidden: true) else {
      Issue.record("no answer is no success")
      return
    }
    #expect(error.code == .forbiddenAddress && !error.mayHaveArrived)
    #expect(error.disposition == .reject(error.message))
  }

  @Test func `one that was let through beside it may have got the request`() {
    guard case .failure(let error) = Self.end(CURLE_OPERATION_TIMEDOUT, sent: 1, wasForbidden: true) else {
      Issue.record("no answer is no success")
      return
    }
    #expect(error.code == .timeout && error.mayHaveArrived)
  }
}
