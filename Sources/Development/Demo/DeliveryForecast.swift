import NotificationModel
import Policy

/// What has to become of an event for a sample person, by the fixture alone: nobody who routes or sends is asked.
struct DeliveryForecast: Sendable {
  /// Contact rows' ids by user; the database gives them out.
  struct Contacts: Sendable {
    var email: [Int: Int64] = [:]
    var phone: [Int: Int64] = [:]
  }

  struct Forecast: Equatable {
    /// Deliveries' ids.
    var delivered: [String] = []
    /// Whether they are pushes, in the same order.
    var isPush: [Bool] = []
    var suppressed: [SuppressionReason: Int] = [:]
  }

  let contacts: Contacts
  /// Those that somebody sends by.
  let channels: Set<DeliveryChannel>

  /// - Parameter wantsPush: false once the person opted out.
  func forecast(_ event: String, _ person: SamplePerson, wantsPush: Bool) -> Forecast {
    var forecast = Forecast()
    func add(_ channel: DeliveryChannel, _ target: Int64?, _ reason: SuppressionReason?) {
      guard let target, channels.contains(channel) else { return }
      if let reason {
        forecast.suppressed[reason, default: 0] += 1
        return
      }
      forecast.delivered.append(DeliveryID.text(event: event, channel, target: "\(target)"))
      forecast.isPush.append(channel == .pushIOS || channel == .pushAndroid)
    }
    func refusal(_ wants: Bool) -> SuppressionReason? { person.wantsNothing || !wants ? .optedOut : nil }
    for device in person.devices {
      let reason: SuppressionReason? = device.isDisabled ? .deviceDisabled : refusal(wantsPush)
      add(device.isIOS ? .pushIOS : .pushAndroid, device.id, reason)
    }
    add(.sms, contacts.phone[person.number], refusal(person.wantsSMS))
    let mail: SuppressionReason? = person.mailBounced ? .suppressedAddress : refusal(person.wantsMail)
    add(.email, contacts.email[person.number], mail)
    return forecast
  }
}
