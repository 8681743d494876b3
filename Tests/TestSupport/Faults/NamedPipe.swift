import Glibc
import LocalServers

/// A named pipe in the place of a log's file: with a reader, without one, or full.
public final class NamedPipe {
  private let folder: TemporaryDirectory
  private var reading: Int32
  private var bytes: [UInt8] = []

  /// One with a reader, who reads when `text` is asked for.
  public init() throws {
    folder = try TemporaryDirectory(prefix: "bongsu-pipe")
    reading = -1
    guard mkfifo(path, 0o600) == 0 else { throw LocalServerError(.system, "no named pipe can be made") }
    try openReading()
  }

  deinit {
    closeReading()
    folder.remove()
  }

  public var path: String { folder.file("log") }

  public func openReading() throws {
    reading = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard reading >= 0 else { throw LocalServerError(.system, "the named pipe cannot be opened") }
  }

  /// As a reader that has ended. With no other, a write to it fails.
  public func closeReading() {
    if reading >= 0 { close(reading) }
    reading = -1
  }

  /// Leaves no room in it, so that a write waits for a reader.
  public func fill() throws {
    let writing = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
    guard writing >= 0 else { throw LocalServerError(.system, "the named pipe cannot be written to") }
    defer { close(writing) }
    let filling = [UInt8](repeating: UInt8(ascii: "\n"), count: 4_096)
    while write(writing, filling, filling.count) > 0 {}
    while write(writing, filling, 1) > 0 {}
  }

  /// All that was written so far, what filled it included.
  public var text: String {
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(reading, &part, part.count)
      guard count > 0 else { break }
      bytes += part.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
