import Foundation
import HTTPTransfer
import NotificationModel
import ProviderSimulators
import Providers
import Signing
import Synchronization
import TestSupport
import Testing
import Worker

@Suite("APNs' provider, beside a stand-in that checks as Apple does") struct APNsProviderTests {
  private let apns: APNsSimulator
  private let settings: APNsSettings

  init() throws {
    apns = try APNsSimulator()
    var settings = APNsSettings(
      teamID: APNsSimulator.teamID, keyID: APNsSimulator.keyID, key: apns.signingKey.pem)
    settings.production = apns.url
    settings.client.authorityFile = apns.authorityFile
    settings.client.timeout = .seconds(5)
    self.settings = settings
  }

  /// Collects reports by tag.
  private final class Reports: Sendable {
    private let state = Mutex<[UInt64: [SendResult]]>([:])
    var all: [UInt64: [SendResult]] { state.withLock { $0 } }
    func take(_ reports: [SendReport]) {
      state.withLock { state in for report in reports { state[report.tag, default: []].append(report.result) } }
    }
    func await(_ count: Int) throws { try eventually("\(count) are reported") { all.count == count } }
  }

  private func requests(_ tags: Range<UInt64>, token: String = String(repeating: "ab", count: 32)) -> [SendRequest] {
    tags.map { Deliveries.request(Deliveries.push(token: token, id: UUID().uuidString.lowercased()), tag: $0) }
  }

  /// With a provider that is stopped at the end, by when each request has come back exactly once.
  private func withProvider(
    _ own: APNsSettings? = nil, _ body: (APNsProvider, Reports) throws -> Void
  ) throws {
    let (provider, reports) = (try APNsProvider(own ?? settings), Reports())
    try body(provider, reports)
    provider.stop(within: .seconds(5))
    #expect(reports.all.values.allSatisfy { $0.count == 1 })
  }

  @Test func `what is taken has its own id, and many go over few connections`() throws {
    try withProvider { provider, reports in
      let requests = requests(1..<501)
      provider.send(requests, report: reports.take)
      try reports.await(500)
      #expect(
        requests.allSatisfy { reports.all[$0.tag] == [.sent(providerID: $0.delivery.id)] })
      #expect(apns.counts.accepted == 500 && apns.server.connectionsMade <= 4)
    }
  }

  @Test func `a device that is gone is dead since then`() throws {
    let time = UnixTime(milliseconds: 1_700_000_000_000)
    let dead = String(repeating: "0", count: 64)
    apns.answer(token: dead, with: .unregistered(at: time))
    try withProvider { provider, reports in
      provider.send(requests(1..<2, token: dead) + requests(2..<3), report: reports.take)
      try reports.await(2)
      #expect(
        reports.all[1] == [.failed(SendFailure(.deadAddress(since: time), code: "Unregistered"))])
      #expect(reports.all[2]?.count == 1)
    }
  }

  @Test func `a key that Apple does not know holds everything back`() throws {
    var other = settings
    other.key = try PrivateKey.make(.p256).pem
    try withProvider(other) { provider, reports in
      provider.send(requests(1..<4), report: reports.take)
      try reports.await(3)
      let refused = SendResult.failed(SendFailure(.providerRefuses, code: "InvalidProviderToken"))
      #expect(reports.all.values.allSatisfy { $0 == [refused] } && apns.counts.accepted == 0)
    }
  }

  @Test func `a wrong certificate is not sent to`() throws {
    apns.misbehave(.wrongCertificate, .all)
    try withProvider { provider, reports in
      provider.send(requests(1..<2), report: reports.take)
      try reports.await(1)
      #expect(reports.all[1] == [.failed(SendFailure(.providerBusy, code: "TLS"))] && apns.received.isEmpty)
    }
  }

  @Test func `an answer that never comes is unknown, and one that was refused is not`() throws {
    apns.misbehave(.hang, .next(1))
    var hasty = settings
    hasty.client.timeout = .seconds(1)
    try withProvider(hasty) { provider, reports in
      provider.send(requests(1..<2), report: reports.take)
      try reports.await(1)
      #expect(reports.all[1] == [.failed(SendFailure(.unknown, code: "TIMEOUT"))])
      apns.misbehave(.goAway(taken: false), .next(1))
      provider.send(requests(2..<3), report: reports.take)
      try reports.await(2)
      #expect(apns.received.count { $0.isAccepted } <= 2)
    }
  }

  /// The promise that everything above stands on, under connections that break at any moment: what is told as surely not
  /// taken was not taken.
  @Test func `nothing that was taken is told as not taken`() throws {
    try withProvider { provider, reports in
      var all: [SendRequest] = []
      for round in 0..<40 {
        let first = UInt64(round * 50 + 1)
        let requests = requests(first..<first + 50)
        all += requests
        apns.misbehave(.goAway(taken: round % 2 == 0), .next(round % 3 == 0 ? 1 : 0))
        let before = apns.counts.requests
        if round % 4 == 3 { apns.server.stopListening() }
        provider.send(requests, report: reports.take)
        // Somewhere in the middle of what is on its way.
        try eventually("some have come") {
          apns.counts.requests > before + round % 7 || reports.all.count == all.count
        }
        apns.server.cutConnections()
        if round % 4 == 3 { try apns.server.listenAgain() }
      }
      try reports.await(all.count)
      let taken = Dictionary(grouping: apns.received.filter(\.isAccepted), by: \.id)
      #expect(taken.values.allSatisfy { $0.count == 1 })
      let wrong = all.filter { request in
        guard taken[request.delivery.id] != nil, case .failed(let failure)? = reports.all[request.tag]?.first else {
          return false
        }
        return failure.effect != .unknown
      }
      #expect(wrong.isEmpty, "\(wrong.count): \(wrong.compactMap { reports.all[$0.tag] })")
      #expect(taken.count > 200 && taken.count < all.count)
    }
  }
}
