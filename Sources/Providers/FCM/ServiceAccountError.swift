public import Runtime
public import Signing

/// Why a service account's file cannot be used. It names members of the file, never what they hold.
public struct ServiceAccountError: DispositionError, Equatable {
  public enum Code: Sendable {
    /// It is no JSON object.
    case noJSON
    /// It is for another way to log in, as a user's or a workload's.
    case otherKind
    case missing
    /// A member is there, but cannot be what it should.
    case invalid
  }

  public let code: Code
  /// As `private_key`; nil where the file as a whole is wrong.
  public let member: String?
  public let message: String
  /// What OpenSSL says of the key.
  public let cause: SigningError?

  init(_ code: Code, member: String? = nil, _ message: String, cause: SigningError? = nil) {
    (self.code, self.member, self.message, self.cause) = (code, member, message, cause)
  }

  public var description: String { cause.map { "\(message): \($0)" } ?? message }
  public var disposition: Disposition { .stop(description) }
}
