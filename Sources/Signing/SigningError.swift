import COpenSSL

/// Why something could not be signed, opened or read. Never holds a key's or a message's bytes.
public struct SigningError: Error, Equatable, CustomStringConvertible {
  public enum Code: Sendable {
    /// No key can be read from the text, or it is of a kind that is not used here.
    case badKey
    /// What is to be signed, or a name that the signature holds, has not the form that it needs.
    case badInput
    /// OpenSSL refused an operation that should work.
    case failed
    /// Sealed bytes that were changed, cut or sealed with another key.
    case notAuthentic
  }

  public let code: Code
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// With what OpenSSL says, which names its own function and reason only; takes it from the thread's queue.
  static func openSSL(_ code: Code, _ message: String) -> SigningError {
    let number = ERR_get_error()
    ERR_clear_error()
    guard number != 0, let reason = unsafe ERR_reason_error_string(number) else { return SigningError(code, message) }
    return unsafe SigningError(code, "\(message): \(String(cString: reason))")
  }
}
