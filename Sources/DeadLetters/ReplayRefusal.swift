/// Why a dead letter cannot be replayed as it is.
public enum ReplayRefusal: String, Error, CaseIterable {
  case noOrigin = "NO_ORIGIN"
  case unreadable = "UNREADABLE"
  case expired = "EXPIRED"
  case permittedHoursOver = "PERMITTED_HOURS_OVER"
  case rowGone = "ROW_GONE"
  case rowDiffers = "ROW_DIFFERS"
  case notAllowed = "NOT_ALLOWED"
  case noSource = "NO_SOURCE"
  case refusedByKafka = "REFUSED_BY_KAFKA"
  case originGone = "ORIGIN_GONE"
  case originDiffers = "ORIGIN_DIFFERS"
  case recipientsUnknown = "RECIPIENTS_UNKNOWN"

  /// For people.
  public var explanation: String {
    switch self {
    case .noOrigin: "nobody knows which topic they came from"
    case .unreadable: "they are no delivery that could be read"
    case .expired: "their time to be sent is over; --ignore-expiry sends them all the same"
    case .permittedHoursOver: "the hours in which advertising may be sent are over; write their events anew"
    case .rowGone: "the outbox does not have their rows any more"
    case .rowDiffers: "the outbox's rows cannot be sent: they differ from those refused, or their headers are no object"
    case .notAllowed: "their outbox does not let this log-in read their rows"
    case .noSource: "their outbox is not known; name it by --outbox-dsn, or the relay's sources in the configuration"
    case .refusedByKafka: "Kafka refuses them still, as for their size"
    case .originGone:
      "neither their topics nor an outbox hold their records any more; have the service write the events anew, then "
        + "purge them"
    case .originDiffers:
      "other records lie where theirs did, as in a topic that was made anew; have the service write the events anew, "
        + "then purge them"
    case .recipientsUnknown:
      "they are pointers of an older version, which do not say which of an event's recipients have it already; have the "
        + "service write the events anew for the others, then purge them"
    }
  }
}
