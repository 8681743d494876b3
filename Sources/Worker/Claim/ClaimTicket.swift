/// One attempt at one delivery: what is claimed before it is sent.
public struct ClaimTicket: Sendable, Hashable {
  /// The delivery's id, a UUID.
  public let deliveryID: String
  /// How often an operator has had it sent anew; from 0.
  public let replay: Int
  /// From 1 on. What is ordered is (replay, attempt).
  public let attempt: Int

  public init(deliveryID: String, replay: Int, attempt: Int) {
    (self.deliveryID, self.replay, self.attempt) = (deliveryID, replay, attempt)
  }
}

/// What Redis knows of an attempt that a worker wants to make.
public enum ClaimAnswer: Sendable, Equatable {
  /// It is the caller's, for the length of a lease.
  case claimed
  /// The same, but another worker had begun to send it and never said how that ended: it may have arrived.
  case resend
  /// The same, where the channel does not send again: it has failed now with the outcome for that, which is told.
  case ambiguous
  /// Another worker is at it; worth asking again after this time at the earliest.
  case held(for: Duration)
  /// It was sent. The outcome is told again, nothing is sent.
  case done(SendOutcome)
  /// This attempt has failed. The outcome is told again, nothing is sent.
  case failed(SendOutcome)
  /// There is a later attempt, so that this one was told long ago.
  case superseded
}

/// What a mark at the end of an attempt came to.
public enum MarkAnswer: Sendable, Equatable {
  case marked
  /// Another had it in the meantime and knows the outcome, which counts.
  case settled(SendOutcome)
  /// Another has it at present and will tell.
  case lost
}
