import Foundation
import HTTPTransfer
import NotificationModel
import ProviderSimulators
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

/// Over HTTP/2 and TLS, with Google's checks of assertions, tokens and messages.
@Suite("FCM's provider, beside a stand-in that checks as Google does") struct FCMStandInTests {
  private let fcm: FCMSimulator
  private let provider: FCMProvider
  private let reports = Reports()

  private final class Reports: Sendable {
    private let state = Mutex<[UInt64: SendResult]>([:])
    var all: [UInt64: SendResult] { state.withLock { $0 } }
    func take(_ reports: [SendReport]) {
      state.withLock { state in for one in reports { state[one.tag] = one.result } }
    }
  }

  init() throws {
    fcm = try FCMSimulator()
    var settings = try FCMSettings(serviceAccount: fcm.serviceAccount)
    settings.endpoint = fcm.url
    settings.client.authorityFile = fcm.authorityFile
    provider = try FCMProvider(settings)
  }

  private func send(
    _ tags: Range<UInt64>, token: String = "cEx4mpl3_tok-en:APA91bH" + String(repeating: "x", count: 120)
  )
    throws
  {
    provider.send(
      tags.map { tag in
        let delivery = Deliveries.push(token: token, id: UUID().uuidString.lowercased(), platform: .android)
        return Deliveries.request(delivery, tag: tag)
      }, report: reports.take)
    try eventually("all are reported") { tags.allSatisfy { reports.all[$0] != nil } }
  }

  /// Until there is an access token, everything waits.
  private func awaitToken() throws {
    try eventually("there is an access token") {
      try send(0..<1)
      guard case .sent? = reports.all[0] else { return false }
      return true
    }
  }

  @Test func `messages are taken by one access token, within the streams that Google allows`() throws {
    try awaitToken()
    try send(1..<301)
    #expect((UInt64(1)..<301).allSatisfy { if case .sent(.some)? = reports.all[$0] { true } else { false } })
    #expect(fcm.tokenCounts.accepted == 1 && fcm.counts.refused.isEmpty)
    provider.stop(within: .seconds(5))
  }

  @Test func `an access token that is not taken any more is made anew`() throws {
    try awaitToken()
    fcm.expireAccessTokens()
    try send(1..<2)
    #expect(reports.all[1] == .failed(SendFailure(.providerBusy, code: "UNAUTHENTICATED")))
    try awaitToken()
    #expect(fcm.tokenCounts.accepted == 2)
    provider.stop(within: .seconds(5))
  }

  @Test func `an app that is gone is a dead address`() throws {
    try awaitToken()
    let gone = String(repeating: "g", count: 140)
    fcm.answer(token: gone, with: .unregistered)
    try send(1..<2, token: gone)
    #expect(reports.all[1] == .failed(SendFailure(.deadAddress(since: nil), code: "UNREGISTERED")))
    provider.stop(within: .seconds(5))
  }
}
