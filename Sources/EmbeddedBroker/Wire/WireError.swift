/// Bytes that are no message of the protocol. The connection that sent them is closed.
struct WireError: Error, Equatable, CustomStringConvertible {
  enum Code: String {
    case truncated = "a field ends after its message"
    case invalidLength = "a length is out of range"
    case tooManyElements = "a message has more elements than are taken"
    case invalidNumber = "a number is written in too many bytes"
    case trailingBytes = "bytes follow the message's end"
  }

  let code: Code
  /// Where in the message.
  let offset: Int

  var description: String { "\(code.rawValue) (byte \(offset))" }
}
