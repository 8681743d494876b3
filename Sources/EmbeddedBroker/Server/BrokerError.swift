/// Why the broker cannot start. Says what to do.
public struct BrokerError: Error, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) { self.description = description }
}
