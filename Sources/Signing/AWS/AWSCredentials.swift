/// An access key of Amazon's. Printing, interpolating or dumping it shows none of its secrets.
public struct AWSCredentials: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  public let accessKeyID: String
  let secret: String
  let sessionToken: String?

  /// - Parameter sessionToken: of keys that are lent for a time.
  public init(accessKeyID: String, secret: String, sessionToken: String? = nil) {
    (self.accessKeyID, self.secret, self.sessionToken) = (accessKeyID, secret, sessionToken)
  }

  public var description: String { "AWSCredentials(***)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
