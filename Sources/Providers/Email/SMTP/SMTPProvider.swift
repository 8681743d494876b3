import Foundation
public import HTTPTransfer
import NotificationModel
public import Worker

/// How mails go to a mail server of one's own or of a provider's.
public struct SMTPSettings: Sendable {
  public var client: SMTPClientSettings
  public var email: EmailSettings
  /// Whether a mail whose answer was lost is sent again. It has the same Message-ID, which most mailboxes do not look
  /// at, so it may come twice: better than not at all. Where it is false, a person decides.
  public var resendsAmbiguous = true

  public init(client: SMTPClientSettings, email: EmailSettings) { (self.client, self.email) = (client, email) }
}

/// Mail by SMTP.
public final class SMTPProvider: Provider {
  public let name = "smtp"
  public let resendsAmbiguous: Bool
  private let composer: MailComposer
  private let client: SMTPClient
  private let flights = Flights<Flight>()

  private typealias Flight = (tag: UInt64, report: @Sendable ([SendReport]) -> Void)

  /// - Throws: a setting that no mail can be made or sent with, or what libcurl does not take.
  public init(_ settings: SMTPSettings) throws {
    resendsAmbiguous = settings.resendsAmbiguous
    composer = try MailComposer(settings.email)
    client = try SMTPClient(settings.client) { [flights] outcome in
      guard let flight = flights.end(outcome.tag) else { return }
      flight.report([SendReport(tag: flight.tag, SMTPAnswer.result(outcome.result))])
    }
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    var refused: [SendReport] = []
    var mails: [SMTPMail] = []
    for request in requests {
      do throws(SendFailure) {
        let mail = try composer.message(for: request.delivery, now: now)
        let tag = flights.begin((request.tag, report))
        mails.append(SMTPMail(tag: tag, from: mail.envelopeFrom, to: mail.envelopeTo, bytes: mail.bytes))
      } catch {
        refused.append(SendReport(tag: request.tag, .failed(error)))
      }
    }
    if !refused.isEmpty { report(refused) }
    client.submit(mails)
  }

  public func stop(within time: Duration) { client.stop(within: time) }

  public var load: ProviderLoad? {
    let counts = client.counts
    return ProviderLoad(
      queued: counts.queued, connections: counts.connections, connectionsOpened: counts.connectionsOpened)
  }
}
