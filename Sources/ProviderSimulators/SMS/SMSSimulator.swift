/// Stands in for a company that sends text messages, on this machine: its addresses, its checks of who calls, its limits
/// and its answers, over HTTP/2 and TLS.
///
/// They are those of the vendors' own pages; where a page does not give an error's form or code, the code is one that
/// `Providers` does not know, so that nothing is built on it.
public final class SMSSimulator: HTTP2Simulator {
  public enum Vendor: String, Sendable, CaseIterable {
    /// Naver Cloud's SENS, version 2.
    case sens
    /// Solapi (CoolSMS), version 4.
    case solapi
    /// NHN Cloud, version 3.0.
    case nhn
    /// Twilio, version 2010-04-01.
    case twilio
  }

  public struct Settings: Sendable {
    public var server = SimulatedServer.Settings()
    /// Numbers that are registered as senders; Twilio's messaging services among them.
    public var senders: Set<String> = [SMSSimulator.sender, SMSSimulator.twilioSender]
    /// Messages that are kept, with what is told of them later; the rest is counted.
    public var receivedMax = 100_000
    /// Counts the deliveries that were taken.
    public var tally: DeliveryTally?

    public init() {}
  }

  public let vendor: Vendor
  public let server: SimulatedServer
  /// Senders that are registered when nobody says otherwise.
  public static let (sender, twilioSender) = ("0212345678", "+12025550123")
  /// What each vendor calls the account: SENS' service, NHN's app key, Twilio's account.
  public static let (serviceID, appKey) = ("ncp:sms:kr:000000000000:bongsu", "simulatedAppKey")
  public static let accountSID = "AC00000000000000000000000000000001"
  /// The access key or API key of SENS and Solapi, and the secret of all four.
  public static let (accessKey, secret) = ("SIMULATEDACCESSKEY", "simulated-secret")
  private let core: SMSCore

  /// Listens at once on 127.0.0.1.
  /// - Parameter port: 0 for a free one.
  /// - Throws: `cannotListen` or `certificate`.
  public init(_ vendor: Vendor, port: UInt16 = 0, _ settings: Settings = Settings()) throws(SimulatorError) {
    self.vendor = vendor
    core = SMSCore(settings, desk: vendor.desk)
    server = try SimulatedServer(name: "\(vendor.rawValue)-simulator", port: port, settings.server, handler: core)
  }

  /// In the order in which the calls were complete, those that were not taken among them.
  public var received: [SMSMessage] { core.received }
  /// `requests` are calls, `accepted` messages.
  public var counts: SimulatorCounts { core.counts }

  /// Empties `received` and `counts`.
  public func forgetReceived() { core.forget() }

  /// That messages to that number are not taken, with the vendor's own code; nil: taken again. SENS takes all of a call,
  /// and tells by the message's result.
  /// - Parameter number: as the vendor is given it: `01012345678` in Korea, E.164 for Twilio.
  public func answer(number: String, with code: String?) { core.setRefusal(code, number: number) }

  /// What is told later of messages to that number; nil: delivered.
  public func report(number: String, as report: SMSReport?) { core.setReport(report, number: number) }

  /// Lets time pass for signatures.
  public func advanceClock(by time: Duration) { core.clock.advance(by: time) }

  /// An error as the vendor gives it when it is overloaded, or when it fails within.
  public var busy: Misbehaviour { vendor.busy }
  public var failing: Misbehaviour { vendor.failing }
}

extension SMSSimulator.Vendor {
  var desk: any SMSDesk {
    switch self {
    case .sens: SENSDesk()
    case .solapi: SolapiDesk()
    case .nhn: NHNDesk()
    case .twilio: TwilioDesk()
    }
  }

  var busy: Misbehaviour {
    switch self {
    case .sens: .refuse(status: 429, reason: "400", retryAfter: 1)
    case .solapi: .refuse(status: 429, reason: "TooManyRequests", retryAfter: 1)
    case .nhn: .refuse(status: 429, reason: "-2021", retryAfter: 1)
    case .twilio: .refuse(status: 429, reason: "20429", retryAfter: 1)
    }
  }

  var failing: Misbehaviour {
    switch self {
    case .sens: .refuse(status: 503, reason: "UNAVAILABLE")
    case .solapi: .refuse(status: 503, reason: "ServiceUnavailable")
    case .nhn: .refuse(status: 503, reason: "-2021")
    case .twilio: .refuse(status: 503, reason: "20503")
    }
  }
}
