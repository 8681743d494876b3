import Glibc
import Testing

/// A pipe that lines are written to, and read from by whoever wants to.
final class LinePipe: Sendable {
  let writing: Int32
  private let reading: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(writing)
    close(reading)
  }

  /// So many of the next lines; waits for them.
  func lines(_ count: Int) -> [String] {
    (0..<count).map { _ in line() }
  }

  private func line() -> String {
    var bytes: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      guard read(reading, &byte, 1) == 1, byte != UInt8(ascii: "\n") else { break }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether nothing is there to be read.
  var isEmpty: Bool {
    var entry = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) == 0
  }

  /// As a reader that goes away, with what it has not read.
  func closeReading() { dup2(writing, reading) }

  /// How many bytes it holds; a page is the least. By F_SETPIPE_SZ, which Glibc does not show to Swift.
  func setSize(_ bytes: Int32) { _ = fcntl(writing, 1_031, bytes) }

  func makeWritingNonBlocking() { _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK) }
}
