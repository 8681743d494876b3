/// What the caller of a failed operation should do about it.
///
/// Each wrapper maps its library's codes to one of these once; nothing above a wrapper looks at codes.
public enum Disposition: Sendable, Equatable {
  /// Trying again may succeed; not before `after`, where the other side named a time.
  case retry(after: Duration?)
  /// This one item can never succeed: dead letter or quarantine it, and go on.
  case reject(String)
  /// Configuration or a broken invariant: exit non-zero; the text says what a person should do.
  case stop(String)
}

/// An error that knows what should be done about it. `description` is safe to log: it never holds payload,
/// addresses or passwords.
public protocol DispositionError: Error, CustomStringConvertible {
  var disposition: Disposition { get }
}
