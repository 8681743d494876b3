/// What speaks on one connection. Everything happens on its server's thread, and nothing may wait.
protocol Conversation: AnyObject {
  /// The connection is there; over TLS, with what was agreed on.
  func opened(_ link: Link)

  func received(_ bytes: RawSpan)

  /// Adds what is to be sent now; asked whenever the socket has room, and after all that was received or was due.
  func fill(_ output: inout [UInt8])

  /// Nothing more will come or go.
  func closed()
}

extension Conversation {
  func fill(_ output: inout [UInt8]) {}
  func closed() {}
}
