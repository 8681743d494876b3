import PGOutput

/// Decides when the server hears from us. Times are monotonic nanoseconds.
///
/// The slot learns soon what is confirmed, so that a crash repeats little; the server hears something at least three
/// times within its `wal_sender_timeout`; and a server that has gone silent is asked, and then given up.
struct FeedbackClock {
  /// Between two statuses that confirm something new: at most this much is repeated needlessly after a kill.
  static let confirmInterval: Int64 = 10_000_000
  /// After so long without a byte from the server it is asked for one.
  static let silenceBeforeAsking: Int64 = 10_000_000_000
  /// After so long without one the connection counts as dead.
  static let silenceBeforeLeaving: Int64 = 60_000_000_000

  private let aliveInterval: Int64
  private var sentAt: Int64
  private var heardAt: Int64
  private var askedAt: Int64?
  private(set) var sent: LSN
  private var mustAnswer = false

  /// - Parameter timeoutSeconds: the server's `wal_sender_timeout`; 0 is none.
  init(timeoutSeconds: Double, confirmed: LSN, now: Int64) {
    let third = timeoutSeconds > 0 ? timeoutSeconds / 3 : 10
    aliveInterval = Int64(min(max(third, 0.1), 10) * 1_000_000_000)
    sentAt = now
    heardAt = now
    sent = confirmed
  }

  mutating func heard(now: Int64) {
    heardAt = now
    askedAt = nil
  }

  /// The server asked for an answer at once.
  mutating func answerRequested() { mustAnswer = true }

  enum Action: Equatable {
    case wait(nanoseconds: Int64)
    case send(askForReply: Bool)
    case giveUp
  }

  func next(confirmed: LSN, now: Int64) -> Action {
    if now - heardAt >= Self.silenceBeforeLeaving { return .giveUp }
    let isSilent = askedAt == nil && now - heardAt >= Self.silenceBeforeAsking
    let dueAt = sentAt + (confirmed > sent ? Self.confirmInterval : aliveInterval)
    if mustAnswer || isSilent || now >= dueAt { return .send(askForReply: isSilent) }
    let silenceAt = heardAt + (askedAt == nil ? Self.silenceBeforeAsking : Self.silenceBeforeLeaving)
    return .wait(nanoseconds: min(dueAt, silenceAt) - now)
  }

  mutating func didSend(confirmed: LSN, askedForReply: Bool, now: Int64) {
    sentAt = now
    sent = max(sent, confirmed)
    mustAnswer = false
    if askedForReply { askedAt = now }
  }
}
