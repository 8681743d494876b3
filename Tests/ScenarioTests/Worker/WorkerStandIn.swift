import Foundation
import NotificationModel
import ProviderSimulators
import Signing
import TestSupport

/// What a provider's stand-in has taken of a delivery.
struct TakenDelivery {
  /// The delivery's.
  let id: String
  /// As `WorkerStandIn.address` has it.
  let address: String
  let text: String
}

/// A provider's stand-in as a play of workers needs it.
protocol WorkerStandIn {
  /// The section by which workers call it, as YAML.
  var section: String { get }
  var taken: [TakenDelivery] { get }
  var takenCount: Int { get }
  func setLatency(_ latency: Duration)
  /// What becomes of messages, and of nothing else that workers ask for.
  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent)
  func behave()
  /// How long a message that was taken waits for its answer; all else that workers ask for may wait as long, or not at all.
  func delayAnswers(_ delay: Duration)
  /// The setting by which a message is given up.
  var timeoutKey: String { get }
  func address(_ person: Int) -> (delivery: DeliveryAddress, text: String)
  /// Nil of the one that speaks SMTP.
  var server: SimulatedServer? { get }
  /// What a delivery says, in which its number can be found again.
  func content(_ number: Int) -> MessageContent
  func stop()
}

extension WorkerStandIn {
  /// How much a stand-in keeps: what it forgot, an oracle would miss.
  static var keepsAll: Int { 1_000_000 }

  /// The section's name, by which workers call the provider, too.
  var name: String { String(section.prefix { $0 != ":" }) }

  var timeoutKey: String { "\(name).timeout" }

  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent) {
    server?.misbehave(misbehaviour, extent)
  }

  func behave() { server?.behave() }
  func delayAnswers(_ delay: Duration) { setLatency(delay) }

  static func token(_ person: Int) -> String { String(format: "%064x", person) }

  fileprivate func device(_ person: Int, _ platform: UserDevice.Platform) -> (DeliveryAddress, String) {
    let token = Self.token(person)
    return (.device(DeviceAddress(platform: platform, appID: "com.example.shop", token: token)), token)
  }

  fileprivate func push(_ number: Int) -> MessageContent { MessageContent(push: PushContent(body: "no. \(number).")) }
}

struct APNsStandIn: WorkerStandIn {
  let apns: APNsSimulator
  /// Before it, where there is one.
  let proxy: NGHTTPXServer?
  private let folder: String

  init(folder: String, isProxied: Bool = false) throws {
    var settings = APNsSimulator.Settings()
    settings.receivedMax = Self.keepsAll
    (apns, self.folder) = (try APNsSimulator(settings), folder)
    proxy = isProxied ? try NGHTTPXServer(to: apns.server.port, authorityFile: apns.authorityFile) : nil
    try apns.signingKey.pem.write(toFile: "\(folder)/key.p8", atomically: true, encoding: .utf8)
  }

  var section: String {
    """
    apns:
      production: \(proxy?.url ?? apns.url)
      authorityFile: \(proxy?.authorityFile ?? apns.authorityFile)
      timeout: 5s
      teamID: \(APNsSimulator.teamID)
      keyID: \(APNsSimulator.keyID)
      keyFile: \(folder)/key.p8
      inFlight: \(WorkerPlay.inFlight)
    """
  }

  var taken: [TakenDelivery] {
    apns.received.filter(\.isAccepted).map {
      TakenDelivery(id: $0.id, address: $0.token, text: String(decoding: $0.payload, as: UTF8.self))
    }
  }

  var takenCount: Int { apns.counts.accepted }
  var server: SimulatedServer? { apns.server }
  func setLatency(_ latency: Duration) { apns.setLatency(latency) }
  func address(_ person: Int) -> (delivery: DeliveryAddress, text: String) { device(person, .ios) }
  func content(_ number: Int) -> MessageContent { push(number) }

  func stop() {
    proxy?.stop()
    apns.stop()
  }
}

struct FCMStandIn: WorkerStandIn {
  let fcm: FCMSimulator
  private let folder: String

  init(folder: String) throws {
    var settings = FCMSimulator.Settings()
    settings.receivedMax = Self.keepsAll
    (fcm, self.folder) = (try FCMSimulator(settings), folder)
    try fcm.serviceAccount.write(toFile: "\(folder)/firebase.json", atomically: true, encoding: .utf8)
  }

  var section: String {
    """
    fcm:
      endpoint: \(fcm.url)
      authorityFile: \(fcm.authorityFile)
      timeout: 5s
      serviceAccountFile: \(folder)/firebase.json
      inFlight: \(WorkerPlay.inFlight)
    """
  }

  var taken: [TakenDelivery] {
    fcm.received.filter(\.isAccepted).map { push in
      let text = String(decoding: push.payload, as: UTF8.self)
      let id = text.firstMatch(of: /"deliveryID":"([^"]+)"/).map { String($0.1) } ?? ""
      return TakenDelivery(id: id, address: push.token ?? "", text: text)
    }
  }

  /// Not those for access tokens.
  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent) {
    fcm.misbehave(misbehaviour, extent, path: "/v1/")
  }

  var takenCount: Int { fcm.counts.accepted }
  var server: SimulatedServer? { fcm.server }
  func setLatency(_ latency: Duration) { fcm.setLatency(latency) }
  func address(_ person: Int) -> (delivery: DeliveryAddress, text: String) { device(person, .android) }
  func content(_ number: Int) -> MessageContent { push(number) }
  func stop() { fcm.stop() }
}

struct SMSStandIn: WorkerStandIn {
  let sms: SMSSimulator
  /// Called where that one takes nothing.
  let spare: SMSSimulator?

  /// - Parameter spare: NHN, or nil.
  init(spare: SMSSimulator.Vendor? = nil) throws {
    var settings = SMSSimulator.Settings()
    settings.receivedMax = Self.keepsAll
    settings.server.authority = try CertificateAuthority()
    sms = try SMSSimulator(.solapi, settings)
    self.spare = try spare.map { vendor throws(SimulatorError) in try SMSSimulator(vendor, settings) }
  }

  var section: String {
    """
    sms:
      authorityFile: \(sms.authorityFile)
      timeout: 5s
      vendors:
        - vendor: solapi
          host: \(sms.url)
          apiKey: \(SMSSimulator.accessKey)
          apiSecret: \(SMSSimulator.secret)
          sender: "\(SMSSimulator.sender)"
          title: 알림
    \(spare.map(Self.nhn) ?? "")
    """
  }

  private static func nhn(_ spare: SMSSimulator) -> String {
    """
        - vendor: nhn
          host: \(spare.url)
          appKey: \(SMSSimulator.appKey)
          secretKey: \(SMSSimulator.secret)
          sender: "\(SMSSimulator.sender)"
          title: 알림
    """
  }

  var taken: [TakenDelivery] {
    let all = spare.map { (sms.received + $0.received).sorted { $0.time < $1.time } } ?? sms.received
    return all.filter(\.isAccepted).map {
      TakenDelivery(id: $0.deliveryID, address: $0.number, text: $0.text)
    }
  }

  var takenCount: Int { sms.counts.accepted + (spare?.counts.accepted ?? 0) }
  var server: SimulatedServer? { sms.server }
  func setLatency(_ latency: Duration) { sms.setLatency(latency) }

  func address(_ person: Int) -> (delivery: DeliveryAddress, text: String) {
    let digits = String(format: "%08d", person)
    return (.phone("+8210\(digits)"), "010\(digits)")
  }

  func content(_ number: Int) -> MessageContent { MessageContent(sms: SMSContent(body: "no. \(number).")) }

  func stop() {
    sms.stop()
    spare?.stop()
  }
}

struct SMTPStandIn: WorkerStandIn {
  let smtp: SMTPSimulator

  init() throws {
    var settings = SMTPSimulator.Settings()
    settings.receivedMax = Self.keepsAll
    smtp = try SMTPSimulator(settings)
  }

  var section: String {
    """
    email:
      via: smtp
      from: noreply@bongsu.example
      smtp:
        host: localhost
        port: \(smtp.port)
        user: \(SMTPSimulator.user)
        password: \(SMTPSimulator.password)
        authorityFile: \(smtp.authorityFile)
        timeout: 5s
        connections: \(WorkerPlay.inFlight)
    """
  }

  var taken: [TakenDelivery] {
    smtp.received.filter(\.isAccepted).map {
      TakenDelivery(id: $0.deliveryID, address: $0.to.joined(), text: $0.header("Subject") ?? "")
    }
  }

  var takenCount: Int { smtp.counts.accepted }
  var server: SimulatedServer? { nil }
  func setLatency(_ latency: Duration) { smtp.setLatency(latency) }
  func misbehave(_ misbehaviour: Misbehaviour, _ extent: Misbehaviour.Extent) { smtp.misbehave(misbehaviour, extent) }
  func behave() { smtp.behave() }
  var timeoutKey: String { "email.smtp.timeout" }

  func delayAnswers(_ delay: Duration) {
    smtp.behave()
    if delay > .zero { smtp.misbehave(.slow(bytes: 1_000, every: delay), .all) }
  }

  func address(_ person: Int) -> (delivery: DeliveryAddress, text: String) {
    (.email("person-\(person)@example.com"), "person-\(person)@example.com")
  }

  func content(_ number: Int) -> MessageContent {
    MessageContent(email: EmailContent(subject: "no. \(number).", html: "<p>no. \(number).</p>", text: nil))
  }

  func stop() { smtp.stop() }
}
