import NotificationModel
import ProviderSimulators

/// The providers' stand-ins of a play, each of which fails now and then.
final class SystemProviders {
  private let standIns: (apns: APNsStandIn, fcm: FCMStandIn, sms: SMSStandIn, smtp: SMTPStandIn)
  private var (pushes, messages, texts, mails) = (Inbox(), Inbox(), Inbox(), Inbox())

  init(folder: String) throws {
    standIns = (
      try APNsStandIn(folder: folder), try FCMStandIn(folder: folder), try SMSStandIn(), try SMTPStandIn()
    )
  }

  private var apns: APNsSimulator { standIns.apns.apns }
  private var fcm: FCMSimulator { standIns.fcm.fcm }
  private var sms: SMSSimulator { standIns.sms.sms }
  private var smtp: SMTPSimulator { standIns.smtp.smtp }

  /// Five in a hundred fail, one in a hundred is never answered.
  func misbehave(seed: UInt64) {
    let (some, few) = (
      Misbehaviour.Extent.fraction(0.05, seed: seed), Misbehaviour.Extent.fraction(0.01, seed: seed + 1)
    )
    // A 500 would mean a quarter of an hour, as Apple asks, however short the ladder is.
    apns.misbehave(.refuse(status: 429, reason: "TooManyRequests"), some)
    fcm.misbehave(.refuse(status: 500, reason: "INTERNAL"), some, path: "/v1/")
    sms.misbehave(sms.failing, some)
    smtp.misbehave(.refuse(status: 450, reason: "4.2.2 Mailbox full"), some)
    apns.misbehave(.hang, few)
    fcm.misbehave(.hang, few, path: "/v1/")
    sms.misbehave(.hang, few)
    smtp.misbehave(.hang, few)
  }

  var configuration: String {
    let all: [any WorkerStandIn] = [standIns.apns, standIns.fcm, standIns.sms, standIns.smtp]
    return all.map(\.section).joined(separator: "\n")
  }

  /// What the stand-ins took. Each is read once: a long play asks often, and has many.
  var arrivals: [SystemOracle.Arrival] {
    pushes.read(apns.received.filter(\.isAccepted)) { push in
      arrival(.pushIOS, push.payload, push.misbehaviour) { SystemFixture.iosToken($0) == push.token }
    }
    messages.read(fcm.received.filter(\.isAccepted)) { message in
      arrival(.pushAndroid, message.payload, message.misbehaviour) { SystemFixture.androidToken($0) == message.token }
    }
    texts.read(sms.received.filter(\.isAccepted)) { text in
      arrival(.sms, Array(text.text.utf8), text.misbehaviour) { SystemFixture.phone($0) == Self.e164(text.number) }
    }
    mails.read(smtp.received.filter(\.isAccepted)) { mail in
      arrival(.email, Array((mail.header("Subject") ?? "").utf8), mail.misbehaviour) {
        mail.to == [SystemFixture.mailbox($0)]
      }
    }
    return pushes.arrivals + messages.arrivals + texts.arrivals + mails.arrivals
  }

  /// A Korean number as it is written at home.
  private static func e164(_ number: String) -> String { "+82" + number.drop { $0 == "0" } }

  /// - Parameter isOf: whether the address is the user's; a stranger's is told as of user 0.
  private func arrival(
    _ channel: DeliveryChannel, _ text: [UInt8], _ misbehaviour: Misbehaviour?, isOf: (Int) -> Bool
  ) -> SystemOracle.Arrival? {
    guard let number = SystemFixture.number(in: String(decoding: text, as: UTF8.self)) else { return nil }
    let user = SystemFixture.user(of: number)
    let place = SystemOracle.Place(channel: channel, number: number, user: isOf(user) ? user : 0)
    return SystemOracle.Arrival(place: place, wasAnswered: misbehaviour == nil)
  }

  func stop() {
    apns.stop()
    fcm.stop()
    sms.stop()
    smtp.stop()
  }
}

/// What one stand-in took, as far as it was read.
private struct Inbox {
  private var count = 0
  private(set) var arrivals: [SystemOracle.Arrival] = []

  mutating func read<Received>(_ received: [Received], _ arrival: (Received) -> SystemOracle.Arrival?) {
    arrivals += received.dropFirst(count).compactMap(arrival)
    count = received.count
  }
}
