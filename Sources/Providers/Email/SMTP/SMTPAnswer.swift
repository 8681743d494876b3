import HTTPTransfer
import Worker

/// What a mail server's answers mean: reply codes by RFC 5321, enhanced status codes by RFC 3463 where there is one.
enum SMTPAnswer {
  static func result(_ result: Result<SMTPReceipt, SMTPFailure>) -> SendResult {
    switch result {
    // The server's words may hold anything, so they are not kept.
    case .success: .sent(providerID: nil)
    case .failure(let failure): .failed(SendFailure(effect(failure), code: code(failure)))
    }
  }

  private static func effect(_ failure: SMTPFailure) -> SendFailure.Effect {
    switch failure.code {
    case .refused: return refusal(failure)
    case .invalidMail: return .permanent
    case .configuration: return .providerRefuses
    case .authentication:
      // Nothing that it offers, or a no for good: a person must act.
      return isForNow(failure) ? .providerBusy : .providerRefuses
    case .queueFull, .stopped, .cannotConnect, .unknownHost, .tls, .timeout, .connectionLost, .protocolFault:
      return failure.mayHaveArrived ? .unknown : .providerBusy
    }
  }

  private static func isForNow(_ failure: SMTPFailure) -> Bool { failure.replyCode.map { $0 < 500 } ?? false }

  private static func refusal(_ failure: SMTPFailure) -> SendFailure.Effect {
    let status = failure.status.map { ($0.subject, $0.detail) } ?? (0, 0)
    if isForNow(failure) {
      switch (failure.step, failure.replyCode, status.0) {
      // It lets nobody send so much.
      case (_, _, 7) where failure.step != .recipient || failure.replyCode == 421: return .providerThrottles
      case (_, 421, _), (.connect, _, _), (.greeting, _, _), (.tls, _, _), (.mail, _, _): return .providerBusy
      default: return .retriable
      }
    }
    switch failure.step {
    case .connect, .greeting, .tls, .authentication: return .providerRefuses
    // Its size may be told with it; all else is about who sends.
    case .mail: return isAboutSize(failure) ? .permanent : .providerRefuses
    case .recipient, .data, .endOfData: return permanent(failure, status)
    }
  }

  private static func isAboutSize(_ failure: SMTPFailure) -> Bool {
    failure.replyCode == 552 || failure.status.map { $0.subject == 3 && $0.detail == 4 } ?? false
  }

  /// Of one mail.
  private static func permanent(_ failure: SMTPFailure, _ status: (subject: Int, detail: Int)) -> SendFailure.Effect {
    switch status {
    // No such mailbox, host or form of address; moved; no host takes its mail; switched off.
    case (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1): return .deadAddress(since: nil)
    // A full mailbox is emptied some day.
    case (2, 2): return .retriable
    case (0, 0) where failure.step == .recipient && [550, 551, 553].contains(failure.replyCode):
      return .deadAddress(since: nil)
    default: return .permanent
    }
  }

  /// As `550_5.1.1`, or our own word.
  private static func code(_ failure: SMTPFailure) -> String {
    guard let reply = failure.replyCode else { return word(failure.code) }
    return failure.status.map { "\(reply)_\($0)" } ?? "\(reply)"
  }

  private static func word(_ code: SMTPFailure.Code) -> String {
    switch code {
    case .invalidMail: "INVALID_MAIL"
    case .queueFull: "QUEUE_FULL"
    case .stopped: "STOPPED"
    case .cannotConnect: "CANNOT_CONNECT"
    case .unknownHost: "UNKNOWN_HOST"
    case .tls: "TLS"
    case .authentication: "AUTHENTICATION"
    case .refused: "REFUSED"
    case .timeout: "TIMEOUT"
    case .connectionLost: "CONNECTION_LOST"
    case .protocolFault: "NO_SMTP"
    case .configuration: "CONFIGURATION"
    }
  }
}
