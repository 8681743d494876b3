public import NotificationModel

/// What the statuses of a batch come to: one row for each delivery, step and part of an event.
public struct LogBatch: Sendable, Equatable {
  public private(set) var deliveries: [DeliveryRow.Key: DeliveryRow] = [:]
  public private(set) var steps: [StepRow.Key: StepRow] = [:]
  public private(set) var routed: [RoutedRow.Key: RoutedRow] = [:]
  /// Devices that are no more, with the latest word of each.
  public private(set) var dead: [Int64: DeadDevice] = [:]

  /// Addresses that are no more, with the latest word of each.
  public private(set) var deadContacts: [Int64: DeadContact] = [:]

  /// A device that a provider does not know any more.
  public struct DeadDevice: Sendable, Equatable {
    public var since: UnixTime
    public var reason: String
  }

  public init() {}

  public var rows: Int { deliveries.count + steps.count + routed.count }
  public var isEmpty: Bool { rows == 0 && dead.isEmpty && deadContacts.isEmpty }

  public mutating func add(_ record: StatusRecord) {
    switch record {
    case .delivery(let status): add(status)
    case .routed(let status): add(RoutedRow(status))
    }
  }

  private mutating func add(_ status: DeliveryStatus) {
    let row = DeliveryRow(status)
    if deliveries[row.key]?.merge(row) == nil { deliveries[row.key] = row }
    if let step = StepRow(status), steps[step.key]?.merge(step) == nil { steps[step.key] = step }
    if let contact = DeadContact(status) { add(contact) }
    if let since = status.deadSince, status.channel.kind == .push, let device = Int64(status.target) {
      let word = DeadDevice(since: since, reason: status.reason ?? "DEAD")
      if dead[device].map({ $0.since < since }) ?? true { dead[device] = word }
    }
  }

  private mutating func add(_ contact: DeadContact) {
    let id = contact.contact
    if deadContacts[id].map({ $0.since < contact.since }) ?? true { deadContacts[id] = contact }
  }

  private mutating func add(_ row: RoutedRow) {
    if routed[row.key]?.merge(row) == nil { routed[row.key] = row }
  }
}
