import HTTPTransfer
import Testing
import Worker

@testable import Providers

@Suite("Amazon SES's answers") struct SESAnswerTests {
  private func result(
    _ status: Int, _ type: String? = nil, message: String = "as told", headers: [String: String] = [:]
  ) -> SendResult {
    var headers = headers
    headers["x-amzn-errortype"] = type
    let body = Array(#"{"message":"\#(message)"}"#.utf8)
    return SESAnswer.result(.success(HTTPResponse(status: status, headers: headers, body: body)))
  }

  private func failure(_ result: SendResult) -> SendFailure? {
    if case .failed(let failure) = result { failure } else { nil }
  }

  @Test func `what was taken has SES's id, if it says one`() {
    func sent(_ body: String) -> SendResult {
      SESAnswer.result(.success(HTTPResponse(status: 200, body: Array(body.utf8))))
    }
    #expect(sent(#"{"MessageId":"0100-a"}"#) == .sent(providerID: "0100-a"))
    for body in ["", "{", "[]", #"{"MessageId":7}"#, #"{"MessageId":""}"#] {
      #expect(sent(body) == .sent(providerID: nil))
    }
  }

  @Test(arguments: [
    (429, "TooManyRequestsException", SendFailure.Effect.providerThrottles),
    (400, "ThrottlingException", .providerThrottles),
    (400, "Throttling", .providerThrottles), (400, "LimitExceededException", .providerThrottles),
    (400, "MessageRejected", .permanent), (400, "BadRequestException", .permanent),
    (400, "SerializationException", .permanent),
    (413, "RequestEntityTooLarge", .permanent), (400, "AccountSuspendedException", .providerRefuses),
    (400, "SendingPausedException", .providerRefuses), (400, "MailFromDomainNotVerifiedException", .providerRefuses),
    (404, "NotFoundException", .providerRefuses), (403, "SignatureDoesNotMatch", .providerRefuses),
    (403, "AccessDeniedException", .providerRefuses), (400, "ExpiredTokenException", .providerRefuses),
    (400, "IncompleteSignature", .providerRefuses), (503, "ServiceUnavailable", .providerBusy),
    (400, "RequestExpired", .providerRefuses), (400, "OptInRequired", .providerRefuses),
    (400, "UnrecognizedClientException", .providerRefuses), (400, "InvalidSignatureException", .providerRefuses),
    (408, "RequestTimeout", .providerBusy),
    (500, "InternalFailure", .unknown), (502, "BadGateway", .unknown), (504, "GatewayTimeout", .unknown),
  ])
  func `by the table`(status: Int, type: String, effect: SendFailure.Effect) {
    #expect(result(status, type) == .failed(SendFailure(effect, code: type)))
    #expect(failure(result(status, "\(type):http://internal.amazon.com/coral/"))?.code == type)
  }

  @Test(arguments: [
    (429, SendFailure.Effect.providerThrottles), (400, .retriable), (403, .providerRefuses), (404, .providerRefuses),
    (301, .providerRefuses), (500, .unknown), (503, .providerBusy),
  ])
  func `who gives no error type may not be SES`(status: Int, effect: SendFailure.Effect) {
    #expect(result(status) == .failed(SendFailure(effect, code: "HTTP_\(status)")))
    #expect(result(status, "<html> 한") == .failed(SendFailure(effect, code: "HTTP_\(status)")))
  }

  @Test func `the daily quota takes long, the rate does not`() {
    let daily = SendFailure(.providerThrottles, code: "DailyQuotaExceeded", retryAfter: .seconds(600))
    #expect(failure(result(400, "ThrottlingException", message: "Daily message quota exceeded")) == daily)
    #expect(failure(result(429, "TooManyRequestsException", message: "Daily message quota exceeded.")) == daily)
    let rate = failure(result(400, "ThrottlingException", message: "Maximum sending rate exceeded"))
    #expect(rate == SendFailure(.providerThrottles, code: "ThrottlingException"))
    let told = failure(result(429, "TooManyRequestsException", headers: ["retry-after": "7"]))
    #expect(told?.retryAfter == .seconds(7))
  }

  @Test func `an identity that is not verified is a person's to mend, and costs no mail`() {
    let message =
      "Email address is not verified. The following identities failed the check in region AP-NORTHEAST-2: a@b.kr"
    let failure = failure(result(400, "MessageRejected", message: message))
    #expect(failure == SendFailure(.providerRefuses, code: "EmailAddressNotVerified"))
  }

  @Test func `the type may stand in the body`() {
    let body = Array(#"{"__type":"com.amazonaws.ses#SendingPausedException","Message":"m"}"#.utf8)
    let result = SESAnswer.result(.success(HTTPResponse(status: 400, body: body)))
    #expect(result == .failed(SendFailure(.providerRefuses, code: "SendingPausedException")))
  }
}
