import Foundation
import NotificationModel
import Policy

/// The rules once more, as plainly as they can be written and with nothing of Policy's own in them.
struct PolicyOracle {
  let scene: Scene
  private var found: [String: String] = [:]
  private var reached: Set<String> = []

  /// A way to reach somebody.
  private struct Way {
    let kind: ChannelKind
    let place: String
    /// Letters of either size being the same.
    let address: String
    var listed: SuppressibleAddress?
    var isDisabled = false
    var isVerified = true
  }

  /// By place, as `sms 12`: `sent` or a reason.
  static func outcomes(_ scene: Scene) -> [String: String] {
    var oracle = PolicyOracle(scene: scene)
    var named: Set<Int64> = []
    for (index, recipient) in scene.request.to.enumerated() {
      switch recipient.whom {
      case .user(let id):
        guard let user = scene.audience.users[id], named.insert(id).inserted else { continue }
        oracle.add(ways(user), user, "u\(id)")
      case .address(let address): oracle.add([way(address, "r\(index)")], nil, "r\(index)")
      }
    }
    return oracle.found
  }

  private init(scene: Scene) { self.scene = scene }

  private mutating func add(_ ways: [Way], _ user: AudienceUser?, _ name: String) {
    let wanted = scene.request.channels?.kinds ?? [.push, .sms, .email]
    for kind in wanted {
      let here = ways.filter { $0.kind == kind }
      for way in here { found[way.place] = outcome(way, user) }
      if here.isEmpty, scene.request.channels != nil {
        found["\(kind == .push ? "push.ios" : kind.rawValue) \(name)"] = "NO_ADDRESS"
      }
      let taken = ["sent", "NIGHT", "SCHEDULED", "DUPLICATE"]
      if isFirstOf, here.contains(where: { taken.contains(found[$0.place]!) }) { return }
    }
  }

  private var isFirstOf: Bool { if case .firstOf? = scene.request.channels { true } else { false } }

  private mutating func outcome(_ way: Way, _ user: AudienceUser?) -> String {
    let alone = alone(way, user)
    guard ["sent", "NIGHT", "SCHEDULED"].contains(alone) else { return alone }
    return reached.insert(way.address).inserted ? alone : "DUPLICATE"
  }

  /// Without regard to other recipients.
  private func alone(_ way: Way, _ user: AudienceUser?) -> String {
    let (now, request) = (scene.now, scene.request)
    if let end = request.expiresAt?.time, now >= end { return "EXPIRED" }
    let refusal = refusal(way, user)
    if let start = request.deliverAt?.time, now < start, !isFirstOf || refusal == nil { return "SCHEDULED" }
    if let refusal { return refusal }
    guard isAdvertising, way.kind != .email, let user, !agreesToNight(user),
      PlainClock(user).isNight(now)
    else { return "sent" }
    if let end = request.expiresAt?.time, PlainClock(user).isNightUntil(end, from: now) { return "EXPIRED" }
    return "NIGHT"
  }

  var isAdvertising: Bool { scene.request.category == "sale" }

  private func agreesToNight(_ user: AudienceUser) -> Bool {
    scene.isGiven(scene.audience.settings[user.id]?.nightAdvertising)
  }

  private func refusal(_ way: Way, _ user: AudienceUser?) -> String? {
    if way.isDisabled { return "DEVICE_DISABLED" }
    if let listed = way.listed, let entry = scene.audience.suppressions[listed] {
      if entry.until == nil || entry.until! > scene.now { return "SUPPRESSED_ADDRESS" }
    }
    if isAdvertising, !way.isVerified { return "UNVERIFIED" }
    let choices = user.flatMap { scene.audience.settings[$0.id] }
    if !scene.audience.categories[scene.request.category]!.bypassesOptOut, let choices {
      let own = choices.categories[UserSettings.Place(scene.request.category, way.kind)]
      if choices.master == false || (own ?? choices.channels[way.kind]) == false { return "OPTED_OUT" }
    }
    guard isAdvertising else { return nil }
    guard let consent = choices?.advertising, consent.isGranted else { return "NO_CONSENT" }
    return scene.isGiven(consent) ? nil : "CONSENT_EXPIRED"
  }

  // MARK: Ways

  private static func ways(_ user: AudienceUser) -> [Way] {
    var ways = user.devices.map {
      Way(
        kind: .push, place: "push.\($0.platform.rawValue) \($0.id)", address: "\($0.platform) \($0.token)",
        listed: .device($0.id), isDisabled: $0.disabledAt != nil)
    }
    for (kind, contact) in [(ChannelKind.sms, user.phone), (.email, user.email)] {
      guard let contact else { continue }
      ways.append(
        Way(
          kind: kind, place: "\(kind) \(contact.id)", address: contact.address.lowercased(),
          listed: kind == .sms ? .phone(contact.address) : .email(contact.address),
          isVerified: contact.verifiedAt != nil))
    }
    return ways
  }

  private static func way(_ address: DeliveryAddress, _ name: String) -> Way {
    switch address {
    case .phone(let text): Way(kind: .sms, place: "sms \(name)", address: text, listed: .phone(text))
    case .email(let text):
      Way(kind: .email, place: "email \(name)", address: text.lowercased(), listed: .email(text))
    case .device(let device):
      Way(
        kind: .push, place: "push.\(device.platform.rawValue) \(name)", address: "\(device.platform) \(device.token)")
    }
  }
}

extension Scene {
  func isGiven(_ consent: AdvertisingConsent?) -> Bool {
    guard let consent, consent.isGranted else { return false }
    return consent.reconfirmAt == nil || consent.reconfirmAt! > now
  }
}
