import Foundation
public import HTTPTransfer
import NotificationModel
import Synchronization
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
  private let flights: Flights

  /// - Throws: a setting that no mail can be made or sent with, or what libcurl does not take.
  public init(_ settings: SMTPSettings) throws {
    resendsAmbiguous = settings.resendsAmbiguous
    composer = try MailComposer(settings.email)
    let flights = Flights()
    self.flights = flights
    client = try SMTPClient(settings.client) { flights.end($0) }
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    var refused: [SendReport] = []
    var mails: [SMTPMail] = []
    for request in requests {
      do throws(SendFailure) {
        let mail = try composer.message(for: request.delivery, now: now)
        let tag = flights.begin(request.tag, report)
        mails.append(SMTPMail(tag: tag, from: mail.envelopeFrom, to: mail.envelopeTo, bytes: mail.bytes))
      } catch {
        refused.append(SendReport(tag: request.tag, .failed(error)))
      }
    }
    if !refused.isEmpty { report(refused) }
    client.submit(mails)
  }

  public func stop(within time: Duration) { client.stop(within: time) }

  /// Mails on their way.
  private final class Flights: Sendable {
    typealias Flight = (tag: UInt64, report: @Sendable ([SendReport]) -> Void)
    private let state = Mutex<(next: UInt64, all: [UInt64: Flight])>((1, [:]))

    func begin(_ tag: UInt64, _ report: @escaping @Sendable ([SendReport]) -> Void) -> UInt64 {
      state.withLock { state in
        defer { state.next += 1 }
        state.all[state.next] = (tag, report)
        return state.next
      }
    }

    func end(_ outcome: SMTPOutcome) {
      guard let flight = state.withLock({ $0.all.removeValue(forKey: outcome.tag) }) else { return }
      flight.report([SendReport(tag: flight.tag, SMTPAnswer.result(outcome.result))])
    }
  }
}
