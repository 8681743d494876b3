import Foundation
import HTTPTransfer
import NotificationModel
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("Text messages by several vendors") struct SMSProviderTests {
  private final class Reports: Sendable {
    private let all = Mutex<[SendReport]>([])
    func add(_ reports: [SendReport]) { all.withLock { $0 += reports } }
    var list: [SendReport] { all.withLock { $0.sorted { $0.tag < $1.tag } } }
  }

  private static func provider(
    _ vendors: [any SMSVendor], rest: Duration = .seconds(300), _ change: (inout SMSSettings) -> Void = { _ in }
  ) throws -> SMSProvider {
    var settings = SMSSettings(vendors: vendors)
    settings.client.allowsLocalPlaintext = true
    settings.firstRest = rest
    change(&settings)
    return try SMSProvider(settings)
  }

  private static func send(_ requests: [SendRequest], by provider: SMSProvider) throws -> [SendReport] {
    let reports = Reports()
    provider.send(requests) {
      precondition(!$0.isEmpty)
      reports.add($0)
    }
    try eventually("all are reported") { reports.list.count >= requests.count }
    return reports.list
  }

  private static func stub(_ name: String, _ server: SMSServer, batch: Int = 100) -> StubVendor {
    StubVendor(name: name, batch: batch, host: server.url)
  }

  @Test func `without a vendor there is no provider`() {
    #expect(throws: SendFailure(.providerRefuses, code: "NO_VENDOR")) { try Self.provider([]) }
  }

  @Test func `the first vendor gets all, in few calls`() throws {
    let (one, two) = (try SMSServer { _ in .reply(200, "") }, try SMSServer { _ in .reply(200, "") })
    defer { SMSServer.stop(one, two) }
    let provider = try Self.provider([Self.stub("one", one, batch: 2), Self.stub("two", two)])
    defer { provider.stop(within: .zero) }
    #expect(provider.name == "sms" && !provider.resendsAmbiguous)
    let reports = try Self.send(SMS.requests(5), by: provider)
    #expect(reports == (1...5).map { SendReport(tag: $0, .sent(providerID: "one")) })
    #expect(one.received.sorted() == ["1,2", "3,4", "5"] && two.received.isEmpty)
  }

  @Test(arguments: [429, 503, 401])
  func `what a vendor surely has not taken goes to the next, and it is left alone for a while`(status: Int) throws {
    let (one, two) = (try SMSServer { _ in .reply(status, "") }, try SMSServer { _ in .reply(200, "") })
    defer { SMSServer.stop(one, two) }
    let provider = try Self.provider([Self.stub("one", one), Self.stub("two", two, batch: 2)])
    defer { provider.stop(within: .zero) }
    let reports = try Self.send(SMS.requests(3), by: provider)
    #expect(reports == (1...3).map { SendReport(tag: $0, .sent(providerID: "two")) })
    _ = try Self.send([SMS.request(4)], by: provider)
    #expect(one.received == ["1,2,3"] && two.received.sorted() == ["1,2", "3", "4"])
  }

  @Test func `it says which of its vendors take something, and why the others do not`() throws {
    let isWell = Mutex(false)
    let one = try SMSServer { _ in isWell.withLock { $0 } ? .reply(200, "") : .reply(503, "") }
    let two = try SMSServer { _ in .reply(200, "") }
    defer { SMSServer.stop(one, two) }
    let vendors = [Self.stub("one", one), Self.stub("two", two), Self.stub("two", two)]
    let provider = try Self.provider(vendors, rest: .milliseconds(1))
    defer { provider.stop(within: .zero) }
    let all = ["one", "two", "two-2"]
    #expect(provider.ways == all.map { ProviderWay(name: $0) })
    _ = try Self.send(SMS.requests(2), by: provider)
    #expect(provider.ways.map(\.name) == all && provider.ways.map(\.failure) == ["HTTP_503", nil, nil])
    isWell.withLock { $0 = true }
    try eventually("one is tried, and takes messages again") {
      _ = try Self.send([SMS.request(3)], by: provider)
      return provider.ways == all.map { ProviderWay(name: $0) }
    }
    #expect(provider.load.map { $0.queued == 0 && $0.connectionsOpened >= 2 } == true)
  }

  @Test func `a vendor that cannot be reached is no loss`() throws {
    let two = try SMSServer { _ in .reply(200, "") }
    defer { two.stop() }
    let provider = try Self.provider([StubVendor(name: "one", host: "http://127.0.0.1:1"), Self.stub("two", two)])
    defer { provider.stop(within: .zero) }
    #expect(try Self.send(SMS.requests(2), by: provider).allSatisfy { $0.result == .sent(providerID: "two") })
  }

  @Test(arguments: [SMSServer.Answer.hangUp, .silence, .reply(500, ""), .reply(502, "")])
  func `what a vendor may have taken goes to nobody else`(answer: SMSServer.Answer) throws {
    let (one, two) = (try SMSServer { _ in answer }, try SMSServer { _ in .reply(200, "") })
    defer { SMSServer.stop(one, two) }
    let provider = try Self.provider([Self.stub("one", one), Self.stub("two", two)]) {
      $0.client.timeout = .milliseconds(500)
    }
    defer { provider.stop(within: .zero) }
    let reports = try Self.send(SMS.requests(2), by: provider)
    #expect(reports.map(\.tag) == [1, 2])
    #expect(reports.allSatisfy { SMS.failure($0.result)?.effect == .unknown })
    #expect(two.received.isEmpty && one.received == ["1,2"])
    // The next ones need not meet the same fate.
    #expect(try Self.send([SMS.request(3)], by: provider).map(\.result) == [.sent(providerID: "two")])
  }

  @Test(
    arguments: [
      (503, 503, SendFailure.Effect.providerBusy), (503, 429, .providerThrottles), (429, 401, .providerThrottles),
      (401, 503, .providerBusy), (401, 401, .providerRefuses),
    ])
  func `only when all have failed is the provider said to take nothing`(
    first: Int, second: Int, effect: SendFailure.Effect
  ) throws {
    let (one, two) = (try SMSServer { _ in .reply(first, "") }, try SMSServer { _ in .reply(second, "") })
    defer { SMSServer.stop(one, two) }
    let provider = try Self.provider([Self.stub("one", one), Self.stub("two", two)])
    defer { provider.stop(within: .zero) }
    let reports = try Self.send(SMS.requests(2), by: provider)
    #expect(reports.map(\.tag) == [1, 2])
    #expect(reports.allSatisfy { SMS.failure($0.result)?.effect == effect })
    // Both rest now, and nobody is called.
    let next = try Self.send([SMS.request(3)], by: provider)
    #expect(SMS.failure(next.first?.result)?.effect == effect)
    #expect(SMS.failure(next.first?.result)?.retryAfter != nil)
    #expect(one.received.count == 1 && two.received.count == 1)
  }

  @Test func `a vendor that rested is tried by one call, and then used again`() throws {
    let works = Atomic(false)
    let one = try SMSServer { _ in works.load(ordering: .acquiring) ? .reply(200, "") : .reply(503, "") }
    defer { one.stop() }
    let provider = try Self.provider([Self.stub("one", one, batch: 1)], rest: .milliseconds(1))
    defer { provider.stop(within: .zero) }
    #expect(SMS.failure(try Self.send([SMS.request(1)], by: provider).first?.result)?.effect == .providerBusy)
    works.store(true, ordering: .releasing)
    try eventually("it is tried again") {
      try Self.send([SMS.request(2)], by: provider).first?.result == .sent(providerID: "one")
    }
    #expect(try Self.send(SMS.requests(3), by: provider).allSatisfy { $0.result == .sent(providerID: "one") })
  }

  @Test func `a bad delivery does not take the others of its call with it`() throws {
    let one = try SMSServer { $0.split(separator: ",").contains("13") ? .reply(400, "") : .reply(200, "") }
    defer { one.stop() }
    let provider = try Self.provider([Self.stub("one", one)])
    defer { provider.stop(within: .zero) }
    let reports = try Self.send(SMS.requests(40), by: provider)
    #expect(reports.map(\.tag) == Array(1...40))
    for report in reports {
      let expected: SendResult =
        report.tag == 13 ? .failed(SendFailure(.permanent, code: "HTTP_400")) : .sent(providerID: "one")
      #expect(report.result == expected)
    }
    #expect(one.received.count <= 12)
  }

  @Test func `what no vendor can send is reported without a call`() throws {
    let one = try SMSServer { _ in .reply(200, "") }
    defer { one.stop() }
    let provider = try Self.provider([StubVendor(countries: ["+82"], host: one.url)])
    defer { provider.stop(within: .zero) }
    let long = String(repeating: "a", count: 1_000)
    let requests = [SMS.request(1, to: "+12025550123"), SMS.request(2, long), SMS.request(3, "")]
    let reports = try Self.send(requests, by: provider)
    #expect(reports.map { SMS.failure($0.result)?.code } == ["NUMBER_NOT_SERVED", "TEXT_TOO_LONG", "NO_TEXT"])
    #expect(one.received.isEmpty)
  }

  @Test func `a queue that is full is not the vendor's fault`() throws {
    let (one, two) = (try SMSServer { _ in .silence }, try SMSServer { _ in .reply(200, "") })
    defer { SMSServer.stop(one, two) }
    let provider = try Self.provider([Self.stub("one", one, batch: 1), Self.stub("two", two)]) {
      $0.client.queuedRequests = 0
    }
    defer { provider.stop(within: .zero) }
    let reports = try Self.send(SMS.requests(3), by: provider)
    #expect(reports.map(\.tag) == [1, 2, 3])
    #expect(reports.allSatisfy { $0.result == .failed(SendFailure(.providerBusy, code: "QUEUE_FULL")) })
    #expect(two.received.isEmpty)
  }

  @Test func `a call that was not made says nothing of a vendor that rests`() throws {
    let one = try SMSServer { _ in .reply(503, "") }
    defer { one.stop() }
    let provider = try Self.provider([Self.stub("one", one, batch: 1)], rest: .milliseconds(1))
    _ = try Self.send([SMS.request(1)], by: provider)
    provider.stop(within: .zero)
    try eventually("its rest is over, and a call is not made") {
      SMS.failure(try Self.send([SMS.request(2)], by: provider).first?.result)?.code == "STOPPED"
    }
    // It is tried by one call still.
    let after = try Self.send(SMS.requests(3), by: provider)
    #expect(after.count { SMS.failure($0.result)?.code == "STOPPED" } == 1)
    #expect(after.count { SMS.failure($0.result)?.code == "HTTP_503" } == 2)
    #expect(one.received == ["1"])
  }

  @Test func `what is in flight when it is stopped is reported, and so is what comes after`() throws {
    let one = try SMSServer { _ in .silence }
    defer { one.stop() }
    let provider = try Self.provider([Self.stub("one", one, batch: 1), Self.stub("two", one)])
    let reports = Reports()
    provider.send(SMS.requests(3)) { reports.add($0) }
    try eventually("they are with the vendor") { one.received.count == 3 }
    provider.stop(within: .zero)
    #expect(reports.list.map(\.tag) == [1, 2, 3])
    #expect(reports.list.allSatisfy { SMS.failure($0.result)?.effect == .unknown })
    let after = try Self.send([SMS.request(4)], by: provider)
    #expect(SMS.failure(after.first?.result)?.effect == .providerBusy)
  }

  @Test func `real vendors, one after the other`() throws {
    let naver = try SMSServer { _ in .reply(429, #"{"error":{"errorCode":"410","message":"Throttle Limited"}}"#) }
    let nhn = try SMSServer { body in
      let recipients = (try? JSONParser.parse(Array(body.utf8)))?["recipientList"]?.elements ?? []
      let results = recipients.enumerated().map { index, recipient in
        #"{"resultCode":\#(index == 0 ? 0 : -2312),"recipientSeq":\#(index + 1),"#
          + #""recipientGroupingKey":"\#(recipient["recipientGroupingKey"]?.string ?? "")"}"#
      }
      return .reply(
        200,
        #"{"header":{"isSuccessful":true,"resultCode":0},"body":{"data":{"requestId":"R","sendResultList":["#
          + results.joined(separator: ",") + "]}}}")
    }
    let twilio = try SMSServer { _ in .reply(201, #"{"sid":"SM1","status":"queued"}"#) }
    defer { SMSServer.stop(naver, nhn, twilio) }
    let provider = try Self.provider([
      SMS.sens(host: naver.url), SMS.nhn(host: nhn.url), SMS.twilio(host: twilio.url),
    ])
    defer { provider.stop(within: .zero) }
    let requests = [SMS.request(1), SMS.request(2), SMS.request(3, to: "+12025550123"), SMS.request(4, "안녕 😀")]
    let reports = try Self.send(requests, by: provider)
    #expect(
      reports.map(\.result) == [
        .sent(providerID: "nhn:R:1"), .sent(providerID: "twilio:SM1"), .sent(providerID: "twilio:SM1"),
        .sent(providerID: "twilio:SM1"),
      ])
    #expect(naver.received.count == 1 && nhn.received.count == 1 && twilio.received.count == 3)
  }
}
