/// What the server sends inside CopyData during replication. Times are microseconds since 2000-01-01 UTC.
public enum StreamFrame: Equatable, Sendable {
  case walData(WALData)
  case keepAlive(KeepAlive)

  /// A piece of the log; the plugin's message follows from `walDataBodyOffset` on.
  public struct WALData: Equatable, Sendable {
    public var start: LSN
    /// The end of the log on the server when this was sent.
    public var end: LSN
    public var sentAt: Int64
  }

  public struct KeepAlive: Equatable, Sendable {
    /// Everything before it has been sent, or was not for this stream.
    public var walEnd: LSN
    public var sentAt: Int64
    /// The server ends the connection unless it is answered soon.
    public var replyRequested: Bool
  }

  /// Bytes before the plugin's message in a `walData` frame.
  public static let walDataBodyOffset = 25

  public static func parse(_ bytes: RawSpan) throws(PGOutputError) -> StreamFrame {
    var reader = ByteReader(bytes)
    switch try reader.byte() {
    case UInt8(ascii: "w"):
      return .walData(WALData(start: try reader.lsn(), end: try reader.lsn(), sentAt: try reader.integer(Int64.self)))
    case UInt8(ascii: "k"):
      let walEnd = try reader.lsn()
      let sentAt = try reader.integer(Int64.self)
      let replyRequested = try reader.byte() != 0
      try reader.expectEnd()
      return .keepAlive(KeepAlive(walEnd: walEnd, sentAt: sentAt, replyRequested: replyRequested))
    default:
      throw PGOutputError(code: .unknownKind, offset: 0)
    }
  }
}

/// Tells the server how far its client has come. Positions are the last byte's plus one.
public struct StatusUpdate: Equatable, Sendable {
  public var written: LSN
  /// The only one that moves a logical slot.
  public var flushed: LSN
  public var applied: LSN
  /// Microseconds since 2000-01-01 UTC.
  public var sentAt: Int64
  /// Asks the server to answer at once.
  public var replyRequested: Bool

  public init(written: LSN, flushed: LSN, applied: LSN, sentAt: Int64, replyRequested: Bool) {
    self.written = written
    self.flushed = flushed
    self.applied = applied
    self.sentAt = sentAt
    self.replyRequested = replyRequested
  }

  /// The 34 bytes of the message.
  public func encoded() -> [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "r")]
    out.reserveCapacity(34)
    for value in [written.rawValue, flushed.rawValue, applied.rawValue, UInt64(bitPattern: sentAt)] {
      for shift in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    out.append(replyRequested ? 1 : 0)
    return out
  }
}
