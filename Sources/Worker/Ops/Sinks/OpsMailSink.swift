import NotificationModel
import Signing

/// One person's mailbox, by the way that all mails go.
final class OpsMailSink: OpsSink {
  let name = "mail"
  private let address: String
  private let provider: any Provider
  private static let namespace: [UInt8] = Array("bongsu ops mails".utf8)

  init(to address: String, by provider: any Provider) { (self.address, self.provider) = (address, provider) }

  func send(_ message: OpsMessage, report: @escaping @Sendable (OpsAnswer) -> Void) {
    let content = MessageContent(
      email: EmailContent(subject: "[bongsu] \(OpsText.subject(message))", text: OpsText.plain(message)))
    let id = NameUUID.text(namespace: Self.namespace, name: Array("\(message.id) \(address)".utf8))
    let time = message.groups.map(\.time).max() ?? UnixTime(milliseconds: 0)
    let delivery = Delivery(
      id: id, eventID: message.id, eventTime: time, replay: 0, user: nil, channel: .email, target: "ops",
      address: .email(address), category: OpsSettings.mailCategory, content: content, priority: .high,
      notBefore: time, sendBefore: nil)
    provider.send([SendRequest(tag: 0, delivery: delivery, attempt: 1)]) { reports in
      for one in reports { report(Self.meaning(of: one.result)) }
    }
  }

  func stop(within time: Duration) { provider.stop(within: time) }

  static func meaning(of result: SendResult) -> OpsAnswer {
    guard case .failed(let failure) = result else { return .sent }
    return switch failure.effect {
    case .permanent, .deadAddress: .never(code: failure.code)
    case .retriable, .unknown, .providerBusy, .providerThrottles, .providerRefuses:
      .again(code: failure.code, after: failure.retryAfter)
    }
  }
}
