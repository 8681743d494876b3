/// Bytes that are no replication frame or no pgoutput message.
///
/// It names the place and never the bytes, which may be a row's. A stream that gave one cannot be read on: what
/// follows would be taken for something else.
public struct PGOutputError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Sendable {
    /// The message ends before what it announced.
    case truncated
    /// A length or a count that no server sends.
    case invalidLength
    /// A kind of message, field or frame that is not in protocol version 1.
    case unknownKind
    /// A text without its closing zero byte.
    case unterminatedText
    /// Bytes after the message's end.
    case trailingBytes
  }

  public let code: Code
  /// Where in the message, in bytes.
  public let offset: Int

  public var description: String {
    "the replication stream holds a message that is not pgoutput version 1 (\(code) at byte \(offset)); "
      + "is the slot's plugin pgoutput?"
  }
}
