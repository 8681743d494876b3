import PGOutput
import Postgres
import Runtime

/// Reads a slot to nowhere: what PostgreSQL and the connection allow at most.
struct SlotReader {
  let connection: ReplicationConnection
  let interruption: BenchInterruption

  private static let silenceNanoseconds: Int64 = 60_000_000_000
  private static let statusNanoseconds: Int64 = 1_000_000_000
  private var seen = 0
  private var position = LSN.zero
  private var isAsked = false

  init(_ connection: ReplicationConnection, interruption: BenchInterruption) {
    self.connection = connection
    self.interruption = interruption
  }

  /// - Returns: the seconds that `rows` inserts took.
  mutating func seconds(slot: String, publication: String, rows: Int) throws -> Double {
    let start = SystemTime.monotonicNanoseconds()
    try connection.startReplication(slot: slot, from: .zero, publications: [publication])
    var heardAt = start
    var toldAt = start
    while seen < rows {
      try interruption.wait([connection.socket], milliseconds: 1_000)
      let before = seen
      try readAll()
      let now = SystemTime.monotonicNanoseconds()
      if seen > before { heardAt = now }
      guard now - heardAt < Self.silenceNanoseconds else {
        throw BenchError("the slot gave \(seen) of \(rows) rows and then nothing for a minute")
      }
      if isAsked || now - toldAt > Self.statusNanoseconds {
        try tell()
        toldAt = now
      }
    }
    return Double(SystemTime.monotonicNanoseconds() - start) / 1e9
  }

  private mutating func readAll() throws {
    try connection.consumeInput()
    var received = ReplicationConnection.Received.frame
    while case .frame = received { received = try connection.nextFrame { try take($0) } }
    if case .ended = received { throw BenchError("PostgreSQL ended the stream; see its log") }
  }

  private mutating func take(_ frame: RawSpan) throws {
    switch try StreamFrame.parse(frame) {
    case .walData(let data):
      position = max(position, data.start)
      guard frame.byteCount > StreamFrame.walDataBodyOffset else { return }
      let kind = frame.unsafeLoad(fromByteOffset: StreamFrame.walDataBodyOffset, as: UInt8.self)
      if kind == UInt8(ascii: "I") { seen += 1 }
    case .keepAlive(let keepAlive):
      position = max(position, keepAlive.walEnd)
      isAsked = isAsked || keepAlive.replyRequested
    }
  }

  /// Keeps the server from taking us for dead. Nothing is confirmed: the slot ends with the connection.
  private mutating func tell() throws {
    isAsked = false
    try connection.send(
      StatusUpdate(written: position, flushed: .zero, applied: .zero, sentAt: 0, replyRequested: false))
  }
}
