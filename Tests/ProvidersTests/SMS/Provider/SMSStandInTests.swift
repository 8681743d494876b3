import Foundation
import HTTPTransfer
import NotificationModel
import ProviderSimulators
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

/// Over HTTP/2 and TLS, with each vendor's checks of signatures, senders and lengths.
@Suite("The SMS provider, beside stand-ins that check as the vendors do") struct SMSStandInTests {
  private final class Reports: Sendable {
    private let state = Mutex<[UInt64: SendResult]>([:])
    var all: [UInt64: SendResult] { state.withLock { $0 } }
    func take(_ reports: [SendReport]) {
      state.withLock { state in for one in reports { state[one.tag] = one.result } }
    }
  }

  /// - Parameter host: nil: the stand-in's.
  static func vendor(_ simulator: SMSSimulator, host: String? = nil) throws -> any SMSVendor {
    let (korean, host) = (try SMS.korean(sender: SMSSimulator.sender), host ?? simulator.url)
    switch simulator.vendor {
    case .sens:
      var settings = try SENSSettings(
        serviceID: SMSSimulator.serviceID, accessKey: SMSSimulator.accessKey, secretKey: SMSSimulator.secret,
        korean: korean)
      settings.host = host
      return SENSVendor(settings)
    case .solapi:
      var settings = try SolapiSettings(
        apiKey: SMSSimulator.accessKey, apiSecret: SMSSimulator.secret, korean: korean)
      settings.host = host
      return SolapiVendor(settings)
    case .nhn:
      var settings = try NHNSettings(appKey: SMSSimulator.appKey, secretKey: SMSSimulator.secret, korean: korean)
      settings.host = host
      return NHNVendor(settings)
    case .twilio:
      var settings = try TwilioSettings(
        accountSID: SMSSimulator.accountSID, secret: SMSSimulator.secret, sender: .number(SMSSimulator.twilioSender))
      settings.host = host
      return TwilioVendor(settings)
    }
  }

  private func send(_ requests: [SendRequest], by simulators: [SMSSimulator]) throws -> [UInt64: SendResult] {
    var settings = SMSSettings(vendors: try simulators.map { try Self.vendor($0) })
    settings.client.authorityFile = simulators[0].authorityFile
    let provider = try SMSProvider(settings)
    let reports = Reports()
    provider.send(requests, report: reports.take)
    try eventually("all are reported") { reports.all.count == requests.count }
    provider.stop(within: .seconds(5))
    return reports.all
  }

  private func isSent(_ result: SendResult?) -> Bool { if case .sent(.some)? = result { true } else { false } }

  @Test(arguments: SMSSimulator.Vendor.allCases) func `short and long texts are taken, and each vendor knows whose`(
    vendor: SMSSimulator.Vendor
  ) throws {
    let simulator = try SMSSimulator(vendor)
    let long = String(repeating: "가", count: 50)
    let requests = (1...30).map { SMS.request(UInt64($0), $0 % 3 == 0 ? long : "주문 \($0)") }
    let results = try send(requests, by: [simulator])
    #expect(results.values.allSatisfy(isSent), "\(results.values.filter { !isSent($0) })")
    #expect(simulator.counts.accepted == 30 && simulator.counts.refused.isEmpty)
    #expect(simulator.received.count { $0.isLong } == (vendor == .twilio ? 0 : 10))
    #expect(Set(simulator.received.map(\.text)).count == 21)
    let ids = Set(simulator.received.map(\.deliveryID))
    let expected = requests.map { Self.deliveryID($0, vendor) }
    #expect(ids == Set(expected))
  }

  /// As the vendor's stand-in can tell.
  private static func deliveryID(_ request: SendRequest, _ vendor: SMSSimulator.Vendor) -> String {
    let text = request.delivery.content.sms?.body ?? ""
    guard let number = try? SMSText.number(of: request.delivery) else { return "" }
    return switch vendor {
    case .solapi, .nhn: request.delivery.id
    case .sens: SMSMessage.hash(number: "0" + number.dropFirst(3), text: text)
    case .twilio: SMSMessage.hash(number: number, text: text)
    }
  }

  @Test func `one number that is refused does not touch the others of its call`() throws {
    for (vendor, code) in [(SMSSimulator.Vendor.solapi, "1025"), (.nhn, "-2019")] {
      let simulator = try SMSSimulator(vendor)
      simulator.answer(number: "01010000002", with: code)
      let results = try send(SMS.requests(3), by: [simulator])
      #expect(isSent(results[1]) && isSent(results[3]) && SMS.failure(results[2])?.code == code, "\(vendor)")
    }
  }

  @Test func `a vendor that is too busy or down hands over to the next`() throws {
    let authority = try CertificateAuthority()
    var settings = SMSSimulator.Settings()
    settings.server.authority = authority
    let simulators = try [.solapi, .nhn, .sens].map { try SMSSimulator($0, settings) }
    simulators[0].misbehave(simulators[0].busy, .all)
    simulators[1].server.stopListening()
    let results = try send(SMS.requests(5), by: simulators)
    #expect(results.values.allSatisfy(isSent) && simulators.map(\.counts.accepted) == [0, 0, 5])
  }

  @Test func `an answer that is lost goes to nobody else`() throws {
    let authority = try CertificateAuthority()
    var settings = SMSSimulator.Settings()
    settings.server.authority = authority
    let simulators = try [.solapi, .nhn].map { try SMSSimulator($0, settings) }
    simulators[0].misbehave(.cut(afterBytes: nil), .all)
    let results = try send(SMS.requests(2), by: simulators)
    #expect(results.values.allSatisfy { SMS.failure($0)?.effect == .unknown }, "\(results)")
    #expect(simulators[0].counts.accepted == 2 && simulators[1].counts.requests == 0)
  }
}
