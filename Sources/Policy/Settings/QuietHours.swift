import Foundation
public import NotificationModel

/// Hours in which a country's people get no advertising, unless they agreed to it for the night as well.
public struct QuietHours: Sendable, Equatable {
  /// ISO 3166, two letters.
  public var country: String
  /// As tzdata names it; nil is the person's own.
  public var timeZone: String?
  /// Minutes of the day: the first in which nothing may come, and the first in which it may again.
  public var from: Int
  public var until: Int
  /// To which the hours do not apply.
  public var exempt: Set<ChannelKind>

  public init(
    country: String, timeZone: String?, from: Int, until: Int, exempt: Set<ChannelKind> = [.email]
  ) {
    self.country = country
    self.timeZone = timeZone
    self.from = from
    self.until = until
    self.exempt = exempt
  }

  /// Network Act, Article 50: 21:00 to 08:00, e-mail exempt.
  public static let korea = QuietHours(country: "KR", timeZone: "Asia/Seoul", from: 21 * 60, until: 8 * 60)
}

extension QuietHours {
  /// What a moment is: within the hours or not, and when that ends.
  enum Phase: Equatable {
    case quiet(until: UnixTime)
    case open(until: UnixTime)
  }

  /// - Parameter personal: the person's time zone; where the hours are meant in it and it is not known, that of `korea`.
  func phase(at now: UnixTime, personal: String?) -> Phase {
    let zone =
      TimeZone(identifier: timeZone ?? personal ?? "") ?? TimeZone(identifier: "Asia/Seoul") ?? .gmt
    let minute = Self.millisecondsOfDay(now, zone) / 60_000
    let isQuiet = from <= until ? (from..<until).contains(Int(minute)) : minute >= from || minute < until
    let end = Self.next(isQuiet ? until : from, after: now, zone)
    return isQuiet ? .quiet(until: end) : .open(until: end)
  }

  private static func offset(_ time: UnixTime, _ zone: TimeZone) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000))) * 1_000
  }

  private static func millisecondsOfDay(_ time: UnixTime, _ zone: TimeZone) -> Int64 {
    let day: Int64 = 86_400_000
    return ((time.milliseconds + offset(time, zone)) % day + day) % day
  }

  /// The next moment at which clocks of the zone show this minute of the day, or are put past it.
  private static func next(_ minute: Int, after now: UnixTime, _ zone: TimeZone) -> UnixTime {
    var wait = Int64(minute) * 60_000 - millisecondsOfDay(now, zone)
    if wait <= 0 { wait += 86_400_000 }
    let guess = UnixTime(milliseconds: now.milliseconds + wait)
    // Clocks may be changed in between.
    let change = offset(now, zone) - offset(guess, zone)
    guard change != 0 else { return guess }
    let moved = UnixTime(milliseconds: guess.milliseconds + change)
    guard offset(moved, zone) != offset(guess, zone) else { return moved }
    // They never show it: it lies in what they leave out.
    let from = Date(timeIntervalSince1970: Double(moved.milliseconds) / 1_000)
    return zone.nextDaylightSavingTimeTransition(after: from).map {
      UnixTime(milliseconds: Int64(($0.timeIntervalSince1970 * 1_000).rounded()))
    } ?? guess
  }
}

extension QuietHours {
  /// Whether tzdata of this machine has a zone.
  public static func isKnown(timeZone: String) -> Bool { TimeZone(identifier: timeZone) != nil }
}
