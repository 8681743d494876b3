import Foundation
import Glibc

/// Lines on their way into a descriptor, and what is told of those that did not get there. It belongs to one thread,
/// which waits as long as the descriptor does.
struct LineOutlet {
  private let descriptor: Int32
  /// The last line was begun and could not be ended.
  private var isCut = false
  private var failed = 0
  /// Of lost lines.
  private var told = 0

  private static let end = UInt8(ascii: "\n")

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// - Parameters:
  ///   - line: with its end.
  ///   - droppedBefore: how many did not come here since the beginning.
  /// - Returns: false where it could not be written.
  mutating func put(_ line: [UInt8], droppedBefore: Int) -> Bool {
    let lost = droppedBefore + failed
    if lost > told, write(Self.notice(lost - told)) { told = lost }
    if write(line) { return true }
    failed += 1
    return false
  }

  private static func notice(_ count: Int) -> [UInt8] {
    let line = LogLine(
      time: Date(), level: .warning, label: "bongsu.log", message: "lines of this log were lost",
      metadata: [("lines", "\(count)")])
    return Array((line.json + "\n").utf8)
  }

  private mutating func write(_ line: [UInt8]) -> Bool {
    var rest = (isCut ? [Self.end] + line : line)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        isCut = rest.prefix(count).last != Self.end
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        waitForRoom()
      } else if count == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Somebody who shares the descriptor has made it non-blocking.
  private func waitForRoom() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&entry, 1, -1)
  }
}
