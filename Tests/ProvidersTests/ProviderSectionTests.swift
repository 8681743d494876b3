import Configuration
import Foundation
import HTTPTransfer
import LocalServers
import NotificationModel
import Testing

@testable import Providers

@Suite("The sections fcm, sms and email") struct ProviderSectionTests {
  private func read(
    _ text: String, _ channel: DeliveryChannel
  ) throws -> (settings: ProviderSettings?, problems: [String]) {
    let root = ConfigurationReader(file: try ConfigurationFile(text: text, name: "bongsu.yaml"))
    let settings = ProviderSettings(root: root, channel: channel)
    for key in ["inFlight", "rate"] { _ = root.section(Self.section(channel)).string(key) }
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  private static func section(_ channel: DeliveryChannel) -> String {
    switch channel {
    case .pushIOS: "apns"
    case .pushAndroid: "fcm"
    case .sms: "sms"
    case .email: "email"
    }
  }

  @Test func `fcm takes a service account, and names what one lacks`() throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let key = try Deliveries.rsaKey().replacing("\n", with: "\\n")
    let account =
      #"{"type": "service_account", "project_id": "shop", "private_key_id": "1", "client_email": "a@b.example", "#
      + #""token_uri": "https://oauth.example/token", "private_key": "\#(key)"}"#
    try account.write(toFile: folder.file("a.json"), atomically: true, encoding: .utf8)
    let (settings, problems) = try read(
      "fcm: {serviceAccountFile: \(folder.file("a.json")), ttl: 1h, channelID: orders, connections: 2}", .pushAndroid)
    guard case .fcm(let fcm)? = settings else {
      Issue.record("\(problems)")
      return
    }
    #expect(problems == [] && fcm.account.projectID == "shop" && fcm.ttl == .seconds(3_600))
    #expect(fcm.channelID == "orders" && fcm.client.connections == 2)

    try account.replacing("project_id", with: "x").write(
      toFile: folder.file("b.json"), atomically: true, encoding: .utf8)
    let wrong = try read("fcm: {serviceAccountFile: \(folder.file("b.json"))}", .pushAndroid)
    #expect(wrong.settings == nil && wrong.problems.count == 1)
    let told = wrong.problems.joined()
    #expect(told.contains("project_id") && !told.contains("PRIVATE"), "\(told)")
    let missing = try read("fcm: {ttl: 1h}", .pushAndroid).problems.joined()
    #expect(missing.contains("fcm.serviceAccountFile is missing"))
  }

  @Test func `sms takes vendors in their order`() throws {
    let (settings, problems) = try read(
      """
      sms:
        vendors:
          - {vendor: sens, serviceID: "ncp:sms:kr:1:shop", accessKey: a, secretKey: s, sender: "0212345678", title: Shop, advertising: "news, offers"}
          - {vendor: solapi, apiKey: a, apiSecret: s, sender: "0212345678", title: Shop, codePage: eucKR}
          - {vendor: nhn, appKey: a, secretKey: s, sender: "0212345678", title: Shop}
          - {vendor: twilio, accountSID: AC0123456789abcdef0123456789abcdef, secret: s, sender: "+15005550006", countries: "+1, +44"}
      """, .sms)
    guard case .sms(let sms)? = settings else {
      Issue.record("\(problems)")
      return
    }
    #expect(problems == [] && sms.vendors.map(\.name) == ["sens", "solapi", "nhn", "twilio"])
  }

  @Test(arguments: [
    ("{connections: 1}", "sms.vendors is missing"), ("{vendors: [{vendor: pigeon}]}", "one of sens"),
    ("{vendors: [{vendor: nhn, appKey: a, secretKey: s, title: T}]}", "sender is missing"),
    ("{vendors: [{vendor: nhn, appKey: a, secretKey: s, title: T, sender: abc}]}", "SENDER_IS_NO_NUMBER"),
    ("{vendors: [{vendor: nhn, appKey: \"a b\", secretKey: s, title: T, sender: \"021234567\"}]}", "BAD_KEY"),
    ("{vendors: [{vendor: twilio, accountSID: x, secret: s, sender: \"+15005550006\"}]}", "BAD_ACCOUNT"),
    ("{vendors: [{vendor: nhn, appKey: a, secretKey: s, title: T, sender: \"021234567\", host: a}]}", "https://HOST"),
  ])
  func `what sms cannot use is named`(text: String, words: String) throws {
    let (settings, problems) = try read("sms: \(text)", .sms)
    #expect(problems.contains { $0.contains(words) }, "\(problems)")
    #expect(words == "https://HOST" || settings == nil)
  }

  @Test func `email leaves by smtp`() throws {
    let (settings, problems) = try read(
      """
      email:
        from: news@shop.example
        displayName: 한강 서점
        returnPathDomain: b.shop.example
        transactional: receipts, login
        resends: false
        unsubscribe: {baseURL: "https://shop.example/u/", secret: 0123456789abcdef}
        smtp: {host: smtp.example, security: implicitTLS, user: u, password: p, connections: 3}
      """, .email)
    guard case .email(.smtp(let smtp))? = settings else {
      Issue.record("\(problems)")
      return
    }
    #expect(problems == [] && smtp.client.port == 465 && smtp.client.connections == 3 && !smtp.resendsAmbiguous)
    #expect(smtp.client.credentials != nil && smtp.email.transactionalCategories == ["receipts", "login"])
    #expect(smtp.email.unsubscribe?.baseURL == "https://shop.example/u/")
  }

  @Test func `email leaves by ses`() throws {
    let (settings, problems) = try read(
      """
      email:
        via: ses
        from: news@shop.example
        ses: {region: ap-northeast-2, accessKey: a, secretKey: s, configurationSet: c}
      """, .email)
    guard case .email(.ses(let ses))? = settings else {
      Issue.record("\(problems)")
      return
    }
    #expect(problems == [] && ses.region == "ap-northeast-2" && ses.configurationSet == "c" && ses.resendsAmbiguous)
  }

  @Test(arguments: [
    ("{smtp: {host: a}}", "email.from is missing"), ("{from: a@b.example}", "email.smtp.host is missing"),
    ("{from: nobody, smtp: {host: a}}", "BAD_FROM"), ("{from: a@b.example, via: pigeon, smtp: {host: a}}", "smtp"),
    ("{from: a@b.example, via: ses}", "email.ses.region is missing"),
    ("{from: a@b.example, smtp: {host: a, user: u}}", "email.smtp.password is missing"),
    (
      "{from: a@b.example, smtp: {host: a}, unsubscribe: {baseURL: \"http://a/\", secret: 0123456789abcdef}}",
      "BAD_UNSUBSCRIBE_URL"
    ),
    ("{from: a@b.example, smtp: {host: a}, unsubscribe: {baseURL: \"https://a/\"}}", "secret is missing"),
    ("{from: a@b.example, smtp: {host: a}, dkim: [{domain: b.example, selector: s, key: x}]}", "email.dkim"),
    ("{from: a@b.example, smtp: {host: a, security: none}}", "email.smtp.security"),
  ])
  func `what email cannot use is named`(text: String, words: String) throws {
    let (_, problems) = try read("email: \(text)", .email)
    #expect(problems.contains { $0.contains(words) }, "\(problems)")
    #expect(!problems.contains { $0.contains("0123456789abcdef") })
  }
}
