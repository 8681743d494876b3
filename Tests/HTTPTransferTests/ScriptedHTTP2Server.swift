import Foundation
import Glibc
import LocalServers
import Synchronization
import TestSupport

/// A server of HTTP/2 that answers each request with what a test tells it to, frame by frame.
final class ScriptedHTTP2Server: Sendable {
  enum Step: Sendable {
    /// 200 without a body.
    case answer
    /// 200 to an earlier request of the connection.
    case answerStream(UInt32)
    /// 200 and a part of a body.
    case beginAnswer
    case endStream(code: UInt32)
    /// The last stream that it has worked on or will.
    case goAway(last: UInt32)
    case bytes([UInt8])
    case close
    case reset
  }

  static let refusedStream: UInt32 = 7

  let certificate: TestCertificate
  private let listener: Listener
  private let context: TLSContext
  private let script: @Sendable (Int) -> [Step]
  private let requests = Mutex<[UInt32]>([])

  /// - Parameter script: for each request, by its number from 1 in the order in which they are complete.
  init(_ script: @escaping @Sendable (Int) -> [Step]) throws {
    certificate = try TestCertificate()
    context = try TLSContext(certificate, protocol: "h2")
    listener = try Listener()
    self.script = script
    listener.start { [self] in serve($0) }
  }

  var url: String { "https://127.0.0.1:\(listener.port)/" }
  /// Of the requests that came whole, in order.
  var streams: [UInt32] { requests.withLock { $0 } }

  func stop() { listener.stop() }

  private func serve(_ descriptor: Int32) {
    guard let connection = TLSConnection(context, descriptor), connection.read(24) != nil else { return }
    connection.write(Frame(.settings).bytes)
    while let head = connection.read(9), let payload = connection.read(Frame.length(head)) {
      let frame = Frame(head, payload)
      if frame.kind == Frame.Kind.settings.rawValue, frame.flags & 1 == 0 {
        connection.write(Frame(.settings, flags: 1).bytes)
      }
      guard frame.endsRequest else { continue }
      let number = requests.withLock {
        $0.append(frame.stream)
        return $0.count
      }
      for step in script(number) where !perform(step, frame.stream, connection, descriptor) { return }
    }
  }

  /// - Returns: false where the connection is over.
  private func perform(_ step: Step, _ stream: UInt32, _ connection: TLSConnection, _ descriptor: Int32) -> Bool {
    // In HPACK's table `:status: 200` is number 8.
    let ok: [UInt8] = [0x88]
    switch step {
    case .answer: connection.write(Frame(.headers, flags: 5, stream: stream, ok).bytes)
    case .answerStream(let other): connection.write(Frame(.headers, flags: 5, stream: other, ok).bytes)
    case .beginAnswer:
      connection.write(Frame(.headers, flags: 4, stream: stream, ok).bytes)
      connection.write(Frame(.data, stream: stream, Array("abc".utf8)).bytes)
    case .endStream(let code): connection.write(Frame(.resetStream, stream: stream, Frame.number(code)).bytes)
    case .goAway(let last): connection.write(Frame(.goAway, Frame.number(last) + Frame.number(0)).bytes)
    case .bytes(let bytes): connection.write(bytes)
    case .close: return false
    case .reset:
      Listener.resetAtClose(descriptor)
      return false
    }
    return true
  }
}

/// One frame of HTTP/2.
struct Frame {
  enum Kind: UInt8 {
    case data = 0
    case headers = 1
    case resetStream = 3
    case settings = 4
    case goAway = 7
  }

  let kind: UInt8
  let flags: UInt8
  let stream: UInt32
  let payload: [UInt8]

  init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
    (self.kind, self.flags, self.stream, self.payload) = (kind.rawValue, flags, stream, payload)
  }

  init(_ head: [UInt8], _ payload: [UInt8]) {
    (kind, flags, self.payload) = (head[3], head[4], payload)
    stream = head[5...].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
  }

  static func length(_ head: [UInt8]) -> Int { head[..<3].reduce(0) { $0 << 8 | Int($1) } }
  static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

  /// HEADERS or DATA that ends the stream on the client's side.
  var endsRequest: Bool { kind <= 1 && flags & 1 == 1 }

  var bytes: [UInt8] {
    Array(Self.number(UInt32(payload.count))[1...]) + [kind, flags] + Self.number(stream) + payload
  }
}
