public import NotificationModel

/// The last word on an e-mail address or phone number that is no more, and why nothing is to be sent there.
public struct DeadContact: Sendable, Equatable {
  /// Of `notification.contact`.
  public let contact: Int64
  /// As that and `notification.suppression` name it.
  public let kind: String
  /// Of the address that was sent to.
  public let mark: String
  public let since: UnixTime
  /// `hard_bounce` or `invalid_number`.
  public let reason: String

  /// Nil for a status that does not say so, and for an address that was written in an event, which no contact has.
  init?(_ status: DeliveryStatus) {
    guard let since = status.deadSince, let mark = status.addressMark, status.user != nil,
      let contact = Int64(status.target)
    else { return nil }
    switch status.channel.kind {
    case .push: return nil
    case .sms: (kind, reason) = ("phone", "invalid_number")
    case .email:
      guard Self.isMailboxGone(status.reason ?? "") else { return nil }
      (kind, reason) = ("email", "hard_bounce")
    }
    (self.contact, self.mark, self.since) = (contact, mark, since)
  }

  /// That the address itself is dead, and not only this mail refused: by its enhanced status there is no such mailbox,
  /// host or form of address, it has moved, or no host takes its mail. A bare 550 may mean a block of the sender, and 5.2.1
  /// a mailbox that gets too much: such a mail has failed, and the next one is tried. Words of other providers are theirs.
  static func isMailboxGone(_ code: String) -> Bool {
    let parts = code.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].utf8.count == 3, Int(parts[0]) != nil else { return !code.isEmpty }
    return parts.count == 2 && gone.contains(String(parts[1]))
  }

  private static let gone: Set = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"]
}
