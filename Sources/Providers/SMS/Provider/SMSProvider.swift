import Foundation
import HTTPTransfer
import NotificationModel
import Synchronization
public import Worker

/// Text messages by one vendor or several. What a vendor has surely not taken goes to the next one; what it may have
/// taken goes to none, as a person would get it twice.
public final class SMSProvider: Provider {
  public let name = "sms"
  /// No vendor drops what it was given before.
  public let resendsAmbiguous = false
  private let calls: HTTPCalls<SMSFlight>
  private let desk: SMSDesk

  /// - Throws: `NO_VENDOR` where there is none, or what libcurl does not take.
  public init(_ settings: SMSSettings) throws {
    guard !settings.vendors.isEmpty else { throw SendFailure(.providerRefuses, code: "NO_VENDOR") }
    let desk = SMSDesk(settings)
    self.desk = desk
    calls = try HTTPCalls(settings.client) { flight, answer in desk.ended(flight, answer) }
    desk.use(calls)
  }

  public func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    desk.send(requests.map { SMSItem(request: $0) }, report)
  }

  public func stop(within time: Duration) { calls.stop(within: time) }

  /// To all vendors together.
  public var load: ProviderLoad? { calls.load }

  /// The vendors, in the order in which they are tried; the second of one name as `twilio-2`.
  public var ways: [ProviderWay] { desk.ways }
}

/// A call on its way, with whom its reports go to.
struct SMSFlight: Sendable {
  let call: SMSCall
  let report: @Sendable ([SendReport]) -> Void
}

/// Makes calls of deliveries, again and again until each has ended.
private final class SMSDesk: Sendable {
  private let vendors: [any SMSVendor]
  private let names: [String]
  private let choice: Mutex<VendorChoice>
  private let calls = Mutex(Calls())

  /// They hold their judge, which holds this.
  private struct Calls: Sendable { weak var held: HTTPCalls<SMSFlight>? }

  init(_ settings: SMSSettings) {
    vendors = settings.vendors
    names = Self.names(settings.vendors.map(\.name))
    choice = Mutex(
      VendorChoice(vendors: settings.vendors.count, first: settings.firstRest, most: settings.longestRest))
  }

  func use(_ calls: HTTPCalls<SMSFlight>) { self.calls.withLock { $0.held = calls } }

  /// A number behind each that was there before.
  private static func names(_ given: [String]) -> [String] {
    var counts: [String: Int] = [:]
    return given.map { name in
      counts[name, default: 0] += 1
      return counts[name].map { $0 > 1 ? "\(name)-\($0)" : name } ?? name
    }
  }

  var ways: [ProviderWay] {
    choice.withLock { choice in
      names.enumerated().map { ProviderWay(name: $1, failure: choice.lastFailure(of: $0)?.code) }
    }
  }

  func send(_ items: [SMSItem], _ report: @escaping @Sendable ([SendReport]) -> Void) {
    let plan = choice.withLock { SMSPlan(items, vendors, &$0, now: ProviderClock.steady()) }
    if !plan.reports.isEmpty { report(plan.reports) }
    let flights = plan.calls.map { call in
      let requests = call.items.map(\.request)
      let request = vendors[call.vendor].request(for: requests, now: ProviderClock.date(), nonce: SMSNonce.make())
      return (request: request, context: SMSFlight(call: call, report: report))
    }
    guard !flights.isEmpty else { return }
    guard let calls = calls.withLock({ $0.held }) else {
      return report(plan.calls.flatMap { SMSAnswer.all($0.items.map(\.request), Self.stopped) })
    }
    calls.send(flights) { if !$0.isEmpty { report($0) } }
  }

  /// - Returns: reports of what ends here.
  func ended(_ flight: SMSFlight, _ answer: Result<HTTPResponse, HTTPTransferError>) -> [SendReport] {
    let vendor = flight.call.vendor
    let verdict = SMSVerdict(flight.call, answer, vendors[vendor])
    choice.withLock {
      if verdict.wasNotMade {
        $0.notCalled(vendor, now: ProviderClock.steady())
      } else {
        $0.ended(vendor, verdict.failure, now: ProviderClock.steady())
      }
    }
    if !verdict.again.isEmpty { send(verdict.again, flight.report) }
    return verdict.reports
  }

  private static let stopped = SendFailure(.providerBusy, code: "STOPPED")
}
