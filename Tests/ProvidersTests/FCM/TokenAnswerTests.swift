import Testing
import Worker

@testable import HTTPTransfer
@testable import Providers

@Suite("The token endpoint's answers") struct TokenAnswerTests {
  private func read(_ status: Int, _ body: String, retryAfter: String? = nil) -> Result<TokenAnswer, SendFailure> {
    let headers = retryAfter.map { ["retry-after": $0] } ?? [:]
    return TokenAnswer.read(.success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8))))
  }

  @Test(
    "a token",
    arguments: [
      (#"{"access_token":"ya29.a-_","expires_in":3599,"token_type":"Bearer"}"#, 3_599),
      (#"{"access_token":"ya29.a-_"}"#, 3_600), (#"{"access_token":"ya29.a-_","expires_in":"7"}"#, 3_600),
      (#"{"access_token":"ya29.a-_","expires_in":1}"#, 1), (#"{"access_token":"ya29.a-_","expires_in":1.5}"#, 1),
      (#"{"access_token":"ya29.a-_","expires_in":1e300}"#, 86_400),
    ])
  func token(_ body: String, _ lifetime: Int64) {
    #expect(read(200, body) == .success(TokenAnswer(text: "ya29.a-_", lifetime: lifetime)))
  }

  @Test(
    "none",
    arguments: [
      "", "[]", "{}", #"{"access_token":7}"#, #"{"access_token":""}"#, #"{"access_token":"a\r\nb"}"#,
      #"{"access_token":"a b"}"#, #"{"access_token":"a","expires_in":0}"#, #"{"access_token":"a","expires_in":-1e400}"#,
      #"{"access_token":"\#(String(repeating: "a", count: 8_193))"}"#,
    ])
  func none(_ body: String) {
    #expect(read(200, body) == .failure(SendFailure(.providerBusy, code: "TOKEN_NOT_UNDERSTOOD")))
  }

  @Test(
    "a refusal needs a person, and has the endpoint's word",
    arguments: [
      (400, #"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#, "invalid_grant"),
      (401, #"{"error":"unauthorized_client"}"#, "unauthorized_client"), (403, #"{"error":7}"#, "TOKEN_HTTP_403"),
      (400, #"{"error":"Bad Word"}"#, "TOKEN_HTTP_400"), (404, "<html>", "TOKEN_HTTP_404"), (302, "", "TOKEN_HTTP_302"),
      (400, #"{"error":"\#(String(repeating: "a", count: 65))"}"#, "TOKEN_HTTP_400"),
    ])
  func refusal(_ status: Int, _ body: String, _ code: String) {
    #expect(read(status, body) == .failure(SendFailure(.providerRefuses, code: code)))
  }

  @Test(
    "what passes is waited for",
    arguments: [
      (500, "", "TOKEN_HTTP_500"), (503, #"{"error":"backend_error"}"#, "backend_error"),
      (429, "", "TOKEN_HTTP_429"), (408, "", "TOKEN_HTTP_408"), (400, #"{"error":"server_error"}"#, "server_error"),
      (400, #"{"error":"temporarily_unavailable"}"#, "temporarily_unavailable"),
      (400, #"{"error":"internal_failure"}"#, "internal_failure"),
    ])
  func passing(_ status: Int, _ body: String, _ code: String) {
    #expect(read(status, body) == .failure(SendFailure(.providerBusy, code: code)))
    #expect(
      read(status, body, retryAfter: "9")
        == .failure(SendFailure(.providerBusy, code: code, retryAfter: .seconds(9))))
  }

  @Test("no answer is never an unknown outcome", arguments: [true, false])
  func noAnswer(_ mayHaveArrived: Bool) {
    let lost = HTTPTransferError(.connectionLost, "x", mayHaveArrived: mayHaveArrived)
    #expect(TokenAnswer.read(.failure(lost)) == .failure(SendFailure(.providerBusy, code: "TOKEN_CONNECTION_LOST")))
    let wrong = HTTPTransferError(.invalidRequest, "x")
    #expect(TokenAnswer.read(.failure(wrong)) == .failure(SendFailure(.providerRefuses, code: "TOKEN_INVALID_REQUEST")))
  }
}
