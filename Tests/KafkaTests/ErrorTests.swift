import Kafka
import Runtime
import Testing

@Suite struct ErrorTests {
  @Test("codes have the names of the C library")
  func names() {
    #expect(KafkaErrorCode.queueFull.description == "_QUEUE_FULL")
    #expect(KafkaErrorCode.msgSizeTooLarge.description == "MSG_SIZE_TOO_LARGE")
    #expect(KafkaErrorCode(rawValue: 29) == .topicAuthorizationFailed)
  }

  @Test("a code that this version does not know is still an error")
  func unknownCode() {
    let error = KafkaError(KafkaErrorCode(rawValue: 4_711))
    #expect(!error.description.isEmpty)
    #expect(error.disposition == .retry(after: nil))
  }

  @Test(
    "what a broker may still forgive is retried",
    arguments: [
      KafkaErrorCode.transport, .allBrokersDown, .timedOut, .msgTimedOut, .queueFull, .fatal, .notEnoughReplicas,
      .purgeQueue,
    ])
  func retried(code: KafkaErrorCode) { #expect(KafkaError(code).disposition == .retry(after: nil)) }

  @Test(
    "what a person must mend is retried slowly",
    arguments: [
      KafkaErrorCode.topicAuthorizationFailed, .unknownTopic, .unknownTopicOrPart, .saslAuthenticationFailed,
      .authentication,
    ])
  func slowly(code: KafkaErrorCode) { #expect(KafkaError(code).disposition == .retry(after: .seconds(10))) }

  @Test(
    "a record refused for its own sake is rejected",
    arguments: [
      KafkaErrorCode.msgSizeTooLarge, .invalidRecord, .policyViolation, .invalidMsg,
    ])
  func rejected(code: KafkaErrorCode) {
    let error = KafkaError(code)
    #expect(error.disposition == .reject(error.description))
  }
}
