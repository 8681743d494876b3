import Foundation
import LocalServers
import NotificationModel
import TestSupport
import Testing

/// The router as an operator runs it, on real servers.
@Suite("A router", .requires(.postgres, .redis, .broker))
struct RouterRoleTests {
  private let site: RouterSite

  init() throws {
    site = try RouterSite()
    try site.makePeople(10)
  }

  private func start(_ flags: [String] = []) throws -> DaemonProcess {
    try site.startRouter(redis: SharedServers.redis.address, flags)
  }

  @Test func `an event becomes a delivery for each channel and device, a status of each, and ROUTED`() throws {
    let id = try site.produce(RouterSite.hello(3), headers: ["traceparent": "00-1-2-3"])
    let router = try start()
    try eventually("it is routed") { try site.routed().count == 1 }
    let ios = try #require(try site.deliveries(.pushIOS).first)
    #expect(ios.eventID == id && ios.user == 3 && ios.target == "6" && ios.channel == .pushIOS)
    #expect(ios.content.push == PushContent(title: "Hello Kim", body: "Order A-1"))
    #expect(try site.deliveries(.pushAndroid).map(\.target) == ["7"])
    #expect(try site.deliveries(.sms).map(\.address) == [.phone("+821000000003")])
    let mail = try #require(try site.deliveries(.email).first)
    #expect(mail.content.email == EmailContent(subject: "Order A-1", html: "<p>Kim</p>"))
    #expect(try site.records(.pushIOS).map { $0.header("traceparent") } == ["00-1-2-3"])
    #expect(try site.records(.pushIOS).map(\.key) == ["3"])
    let statuses = try site.statuses()
    #expect(statuses.count == 4 && statuses.allSatisfy { $0.state == .pending && $0.eventID == id })
    let routed = try site.routed()[0]
    #expect(routed.deliveries == 4 && routed.suppressions == 0 && routed.deferrals == 0 && routed.eventID == id)
    #expect(try router.terminate().isSuccess)
    #expect(try site.committed() == 1)
  }
}
