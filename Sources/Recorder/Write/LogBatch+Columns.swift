import NotificationModel
import Postgres

extension LogBatch {
  /// What is to be written, in an order of its own.
  /// - Parameter believesDead: whether devices are disabled and addresses suppressed.
  func statements(believesDead: Bool) -> [(statement: LogStatement, parameters: [SQLValue])] {
    var all: [(LogStatement, [SQLValue])] = []
    if !deliveries.isEmpty { all.append((.deliveries, deliveryColumns)) }
    if !accepted.isEmpty { all.append((.awaited, awaitedColumns)) }
    if !steps.isEmpty { all.append((.steps, stepColumns)) }
    if !routed.isEmpty { all.append((.routed, routedColumns)) }
    if !dead.isEmpty, believesDead { all.append((.devices, deviceColumns)) }
    if !deadContacts.isEmpty, believesDead { all.append((.contacts, contactColumns)) }
    return all
  }

  private var deliveryColumns: [SQLValue] {
    var columns = ColumnTexts(20, rows: deliveries.count)
    var days = DayTexts()
    for row in deliveries.values.sorted(by: { $0.key < $1.key }) {
      columns.plain(days[row.key.day])
      columns.plain(row.key.delivery)
      columns.plain(row.last.eventID)
      columns.number(row.user)
      columns.plain(row.last.channel.rawValue)
      columns.text(row.last.target)
      columns.text(row.category)
      columns.text(row.template)
      columns.plain(row.last.state.rawValue)
      columns.number(row.last.replay)
      columns.number(row.last.attempt)
      columns.text(row.last.reason)
      columns.text(row.last.providerID)
      columns.time(row.last.eventTime)
      columns.time(row.pendingAt)
      columns.time(row.processingAt)
      columns.time(row.finishedAt)
      columns.time(row.last.time)
      columns.text(row.last.receipt?.rawValue)
      columns.text(row.last.receiptCode)
    }
    return columns.values
  }

  /// Text messages that a vendor took: what their carriers make of them is awaited, or has come.
  private var accepted: [DeliveryRow.Key] {
    deliveries.values.filter { $0.last.channel == .sms && $0.last.state == .success && $0.last.providerID != nil }
      .map(\.key).sorted()
  }

  private var awaitedColumns: [SQLValue] {
    let accepted = accepted
    var columns = ColumnTexts(2, rows: accepted.count)
    var days = DayTexts()
    for key in accepted {
      columns.plain(days[key.day])
      columns.plain(key.delivery)
    }
    return columns.values
  }

  private var stepColumns: [SQLValue] {
    var columns = ColumnTexts(8, rows: steps.count)
    var days = DayTexts()
    for row in steps.values.sorted(by: { $0.key < $1.key }) {
      columns.plain(days[row.key.delivery.day])
      columns.plain(row.key.delivery.delivery)
      columns.number(row.key.replay)
      columns.number(row.key.attempt)
      columns.plain(row.key.state.rawValue)
      columns.text(row.reason)
      columns.text(row.errorCode)
      columns.time(row.happenedAt)
    }
    return columns.values
  }

  private var routedColumns: [SQLValue] {
    var columns = ColumnTexts(11, rows: routed.count)
    var days = DayTexts()
    for row in routed.values.sorted(by: { $0.key < $1.key }) {
      columns.plain(days[row.key.day])
      columns.plain(row.key.event)
      columns.number(row.key.replay)
      columns.text(row.key.part)
      columns.flag(row.isRelease)
      columns.number(row.deliveries)
      columns.number(row.suppressions)
      columns.number(row.deferrals)
      columns.number(row.unresolved)
      columns.text(row.origin)
      columns.time(row.routedAt)
    }
    return columns.values
  }

  private var deviceColumns: [SQLValue] {
    var columns = ColumnTexts(3, rows: dead.count)
    for (device, word) in dead.sorted(by: { $0.key < $1.key }) {
      columns.number(device)
      columns.text(String(word.reason.prefix(100)))
      columns.time(word.since)
    }
    return columns.values
  }

  private var contactColumns: [SQLValue] {
    var columns = ColumnTexts(5, rows: deadContacts.count)
    for contact in deadContacts.values.sorted(by: { $0.contact < $1.contact }) {
      columns.number(contact.contact)
      columns.plain(contact.kind)
      columns.text(contact.mark)
      columns.plain(contact.reason)
      columns.time(contact.since)
    }
    return columns.values
  }
}

/// Days as texts, each made once.
private struct DayTexts {
  private var texts: [EventDay: String] = [:]

  subscript(_ day: EventDay) -> String {
    mutating get {
      if let known = texts[day] { return known }
      let made = day.description
      texts[day] = made
      return made
    }
  }
}
