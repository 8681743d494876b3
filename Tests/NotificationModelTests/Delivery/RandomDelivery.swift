import NotificationModel
import TestSupport

/// Deliveries as no router would write them, but might.
struct RandomDelivery {
  var json: RandomJSON

  init(seed: UInt64) { json = RandomJSON(seed: seed) }

  mutating func delivery() -> Delivery {
    var delivery = Delivery(
      id: json.text(), eventID: json.text(), eventTime: time(), replay: number(0...3),
      user: maybe { Int64($0.number()) },
      channel: DeliveryChannel.allCases.randomElement(using: &json.random) ?? .sms, target: json.text(),
      address: address(), category: json.text(), content: content(), priority: flag() ? .high : .normal,
      notBefore: time(), sendBefore: maybe { $0.time() })
    (delivery.template, delivery.templateVersion) = (maybe { $0.json.text() }, maybe { $0.number() })
    (delivery.locale, delivery.collapseKey) = (maybe { $0.json.text() }, maybe { $0.json.text() })
    (delivery.link, delivery.expiresAt) = (maybe { $0.json.text() }, maybe { $0.time() })
    return delivery
  }

  /// One member of it, at any depth, takes another value or goes.
  mutating func changed(_ tree: JSONValue, to value: JSONValue?) -> JSONValue {
    guard case .object(var members) = tree, let name = members.keys.sorted().randomElement(using: &json.random) else {
      return value ?? tree
    }
    if case .object(let inner) = members[name] ?? .null, !inner.isEmpty, flag() {
      members[name] = changed(members[name] ?? .null, to: value)
    } else {
      members[name] = value
    }
    return .object(members)
  }

  private mutating func address() -> DeliveryAddress {
    switch number(0...2) {
    case 0: .phone(json.text())
    case 1: .email(json.text())
    default:
      .device(
        DeviceAddress(
          platform: flag() ? .ios : .android, appID: json.text(), environment: flag() ? .sandbox : .production,
          token: json.text(), registeredAt: maybe { $0.time() }))
    }
  }

  private mutating func content() -> MessageContent {
    MessageContent(
      push: maybe { $0.push() }, sms: maybe { SMSContent(body: $0.json.text()) },
      email: maybe {
        EmailContent(subject: $0.json.text(), html: $0.maybe { $0.json.text() }, text: $0.maybe { $0.json.text() })
      })
  }

  private mutating func push() -> PushContent {
    var push = PushContent(
      title: maybe { $0.json.text() }, body: json.text(), actionKey: maybe { $0.json.text() },
      badge: maybe { $0.number() })
    (push.sound, push.threadID) = (maybe { $0.json.text() }, maybe { $0.json.text() })
    (push.mutable, push.titleKey) = (maybe { $0.flag() }, maybe { $0.json.text() })
    (push.titleArguments, push.bodyArguments) = (maybe { $0.texts() }, maybe { $0.texts() })
    push.bodyKey = maybe { $0.json.text() }
    return push
  }

  private mutating func texts() -> [String] { (0..<number(0...3)).map { _ in json.text() } }
  private mutating func time() -> UnixTime { UnixTime(milliseconds: Int64(number())) }
  private mutating func flag() -> Bool { Bool.random(using: &json.random) }
  private mutating func number(_ range: ClosedRange<Int> = -5...2_000_000_000_000) -> Int {
    Int.random(in: range, using: &json.random)
  }
  private mutating func maybe<Value>(_ value: (inout Self) -> Value) -> Value? { flag() ? value(&self) : nil }
}
