import Foundation
import HTTPTransfer
import NotificationModel
public import Worker

/// Amazon's Simple Email Service, by its API v2 over HTTPS.
///
/// SES writes Date, Message-ID and the return path anew, so no DKIM signature of ours covers them, and bounces come as its
/// events, with the delivery's id as the tag `delivery`. A mail whose answer was lost is sent again, as a mail that comes
/// twice is better than one that never does; `SESSettings.resendsAmbiguous` changes that.
public final class SESProvider: Provider {
  public let name = "ses"
  public let resendsAmbiguous: Bool
  private let composer: MailComposer
  private let form: SESRequest
  private let calls: HTTPCalls<UInt64>

  /// - Throws: a setting that no mail can be made or sent with, or what libcurl does not take.
  public init(_ settings: SESSettings) throws {
    resendsAmbiguous = settings.resendsAmbiguous
    composer = try MailComposer(settings.email, rewritten: ["Date", "Message-ID"])
    form = try SESRequest(settings)
    calls = try HTTPCalls(settings.client) { tag, outcome in [SendReport(tag: tag, SESAnswer.result(outcome))] }
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    let now = Date()
    calls.send(requests, report: report) { request throws(SendFailure) in
      (try call(request.delivery, now), request.tag)
    }
  }

  public func stop(within time: Duration) { calls.stop(within: time) }

  public var load: ProviderLoad? { calls.load }

  private func call(_ delivery: Delivery, _ now: Date) throws(SendFailure) -> HTTPRequest {
    let time = UnixTime(milliseconds: Int64(now.timeIntervalSince1970 * 1_000))
    let mail = try composer.message(for: delivery, now: time)
    do {
      return try form.request(mail, deliveryID: delivery.id, time: now)
    } catch {
      throw SendFailure(.permanent, code: "CANNOT_ENCODE")
    }
  }
}
