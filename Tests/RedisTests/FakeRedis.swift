import Glibc
import Runtime
import TestSupport

/// A server that answers whatever it is sent with given bytes, once a connection: what no Redis would say.
final class FakeRedis: Sendable {
  let port: UInt16
  private let stop = WakeSignal()
  private let thread: OwnedThread

  /// - Parameters:
  ///   - greets: answers the first command of a connection with OK, and only the second with `answer`.
  ///   - closes: ends the connection after the answer.
  init(_ answer: String, greets: Bool = true, closes: Bool = false) throws {
    let listener: Int32
    (listener, port) = try Socket.listen()
    let stop = self.stop
    thread = OwnedThread(name: "fake redis") {
      Self.serve(listener, stop.fileDescriptor, greets ? ["+OK\r\n", answer] : [answer], closes)
      close(listener)
    }
  }

  deinit {
    stop.signal()
    thread.join()
  }

  private static func serve(_ listener: Int32, _ stop: Int32, _ answers: [String], _ closes: Bool) {
    var clients: [Int32: Int] = [:]
    while true {
      let ready = Poll.ready([listener, stop] + clients.keys, timeoutMilliseconds: 30_000)
      if ready.isEmpty || ready.contains(stop) { break }
      for descriptor in ready where descriptor != listener {
        let step = clients[descriptor] ?? 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        guard read(descriptor, &buffer, buffer.count) > 0 else {
          close(descriptor)
          clients[descriptor] = nil
          continue
        }
        if step < answers.count { say(answers[step], to: descriptor) }
        clients[descriptor] = step + 1
        if closes, step + 1 == answers.count { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
      if ready.contains(listener) { clients[accept(listener, nil, nil)] = 0 }
    }
    for descriptor in clients.keys { close(descriptor) }
  }

  private static func say(_ answer: String, to descriptor: Int32) {
    let bytes = Array(answer.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return }
      sent += count
    }
  }
}
