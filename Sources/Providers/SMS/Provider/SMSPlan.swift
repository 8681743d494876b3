import NotificationModel
import Worker

/// A delivery on its way through the vendors.
struct SMSItem: Sendable {
  let request: SendRequest
  /// Why the vendors that were called have not taken it.
  var failures: [Int: SendFailure] = [:]
  /// Of a call with it: fewer where a vendor refused a whole call and one of it is to be found.
  var most = Int.max
}

/// One call to make.
struct SMSCall: Sendable {
  let vendor: Int
  let group: SMSGroup
  var items: [SMSItem]
}

/// Which deliveries go to which vendor, and in which calls.
struct SMSPlan {
  private(set) var calls: [SMSCall] = []
  /// Of those that no vendor can take, or none now.
  private(set) var reports: [SendReport] = []
  private var open: [Key: Room] = [:]

  private struct Key: Hashable {
    let vendor: Int
    let group: SMSGroup
    let most: Int
  }

  private struct Room {
    var call: Int
    var numbers: Set<DeliveryAddress>
  }

  init(_ items: [SMSItem], _ vendors: [any SMSVendor], _ choice: inout VendorChoice, now: UnixTime) {
    for item in items { place(item, vendors, &choice, now: now) }
  }

  private mutating func place(
    _ item: SMSItem, _ vendors: [any SMSVendor], _ choice: inout VendorChoice, now: UnixTime
  ) {
    var never: [SendFailure] = []
    var notNow = item.failures
    for (index, vendor) in vendors.enumerated() where item.failures[index] == nil {
      do throws(SendFailure) {
        let key = Key(vendor: index, group: try vendor.group(of: item.request), most: min(vendor.batch, item.most))
        if join(key, item) || start(key, item, &choice, now: now) { return }
        notNow[index] = choice.rest(of: index, now: now)
      } catch {
        never.append(error)
      }
    }
    let failure = notNow.isEmpty ? Self.never(never) : Self.notNow(notNow)
    reports.append(SendReport(tag: item.request.tag, .failed(failure)))
  }

  private mutating func join(_ key: Key, _ item: SMSItem) -> Bool {
    let address = item.request.delivery.address
    guard var room = open[key], calls[room.call].items.count < key.most, room.numbers.insert(address).inserted else {
      return false
    }
    calls[room.call].items.append(item)
    open[key] = room
    return true
  }

  private mutating func start(_ key: Key, _ item: SMSItem, _ choice: inout VendorChoice, now: UnixTime) -> Bool {
    guard choice.open(key.vendor, now: now) else { return false }
    open[key] = Room(call: calls.count, numbers: [item.request.delivery.address])
    calls.append(SMSCall(vendor: key.vendor, group: key.group, items: [item]))
    return true
  }

  /// No vendor is set up for the number only where all say so.
  private static func never(_ failures: [SendFailure]) -> SendFailure {
    failures.first { $0.code != "NUMBER_NOT_SERVED" } ?? failures.first
      ?? SendFailure(.providerRefuses, code: "NO_VENDOR")
  }

  /// Of several vendors that take nothing, the one counts that a person need not see to.
  static func notNow(_ failures: [Int: SendFailure]) -> SendFailure {
    let all = failures.sorted { $0.key < $1.key }.map(\.value)
    let effects: [SendFailure.Effect] = [.providerThrottles, .providerBusy, .providerRefuses]
    let effect = effects.first { effect in all.contains { $0.effect == effect } } ?? .providerBusy
    let soonest = all.filter { $0.retryAfter != nil }.min { ($0.retryAfter ?? .zero) < ($1.retryAfter ?? .zero) }
    return SendFailure(
      effect, code: all.first { $0.effect == effect }?.code ?? "NO_VENDOR", retryAfter: soonest?.retryAfter,
      isOwnRest: soonest?.isOwnRest ?? false)
  }
}
