/// Why an event is not taken. The description names the field and what to do; it never holds a value.
public struct OutboxError: Error, Sendable, CustomStringConvertible {
  public enum Code: Sendable {
    /// The aggregate type, the aggregate id or the type is empty.
    case emptyField
    /// A text holds the character U+0000, which PostgreSQL cannot store.
    case zeroCharacter
    /// The payload cannot be encoded, is no JSON, or holds what jsonb refuses.
    case invalidPayload
    /// The payload is over `OutboxPayload.sizeLimit`.
    case payloadTooLarge
    /// A notification's member is missing or cannot be, such as an address; the cause is a `RequestProblem`.
    case invalidNotification
    /// A header's name is empty, reserved, given twice or holds control characters.
    case invalidHeaderName
    /// The connection has no transaction open, so the event would be committed by itself.
    case outsideTransaction
    /// A transaction is open already, and transactions do not nest.
    case nestedTransaction
  }

  public let code: Code
  public let description: String
  /// What the payload's own `encode(to:)` threw, if it did. It is not part of the description, as it may quote a value.
  public let cause: (any Error)?

  public init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }
}
