import PGOutput
import Runtime

@testable import Postgres

/// What a stream brought, with the row's columns as texts.
enum StreamEvent {
  case message(Message, [String?])
  case keepAlive(StreamFrame.KeepAlive)
  case ended

  var row: [String?]? {
    if case .message(.insert, let texts) = self { texts } else { nil }
  }

  var commitEnd: LSN? {
    if case .message(.commit(let commit), _) = self { commit.end } else { nil }
  }
}

enum StreamFailure: Error { case timeout, ended }

extension ReplicationConnection {
  /// Reads events until one is `wanted`; they end with it.
  func events(within timeout: Duration = .seconds(20), until wanted: (StreamEvent) -> Bool) throws -> [StreamEvent] {
    let deadline = ContinuousClock.now + timeout
    var events: [StreamEvent] = []
    while true {
      var event: StreamEvent?
      switch try nextFrame({ (bytes) throws in event = try Self.event(bytes) }) {
      case .frame: break
      case .ended: event = .ended
      case .wouldBlock:
        guard ContinuousClock.now < deadline else { throw StreamFailure.timeout }
        _ = Poll.wait([socket], timeoutMilliseconds: 100)
        try consumeInput()
      }
      guard let event else { continue }
      events.append(event)
      if wanted(event) { return events }
      if case .ended = event { throw StreamFailure.ended }
    }
  }

  private static func event(_ bytes: RawSpan) throws -> StreamEvent {
    switch try StreamFrame.parse(bytes) {
    case .keepAlive(let keepAlive): return .keepAlive(keepAlive)
    case .walData:
      let body = bytes.extracting(droppingFirst: StreamFrame.walDataBodyOffset)
      var tuple = TupleColumns()
      let message = try MessageDecoder.decode(body, into: &tuple)
      guard case .insert = message else { return .message(message, []) }
      return .message(
        message,
        (0..<tuple.count).map { index in
          guard tuple[index].kind == .text else { return nil }
          let value = body.extracting(tuple[index].range)
          return value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        })
    }
  }

  func rows(_ count: Int) throws -> [[String?]] {
    var seen = 0
    return try events { event in
      if event.row != nil { seen += 1 }
      return seen == count && event.commitEnd != nil
    }.compactMap(\.row)
  }
}

extension StatusUpdate {
  static func confirming(_ lsn: LSN) -> StatusUpdate {
    StatusUpdate(written: lsn, flushed: lsn, applied: lsn, sentAt: 0, replyRequested: false)
  }
}
