import Foundation
import Glibc
import Synchronization

/// A role's log: a file that grows, and its last lines for who asks why something does not start. Any thread may write.
public final class RoleLog: Sendable {
  public let path: String
  private let echo: (@Sendable (String) -> Void)?
  private let state: Mutex<State>

  private struct State {
    let descriptor: Int32
    var last: [String] = []
  }

  /// Lines that are remembered.
  private static let remembered = 20

  /// - Parameter echo: hears each line as well.
  /// - Throws: `directory` where the file cannot be written.
  public init(_ path: String, echo: (@Sendable (String) -> Void)? = nil) throws(DevelopmentError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw DevelopmentError(.directory, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    (self.path, self.echo) = (path, echo)
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close(state.withLock { $0.descriptor }) }

  public func write(_ line: String) {
    echo?(line)
    let bytes = Array("\(line)\n".utf8)
    state.withLock { state in
      // A disk that is full must not end who runs everything.
      _ = bytes.withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
      state.last.append(line)
      if state.last.count > Self.remembered { state.last.removeFirst() }
    }
  }

  /// The newest lines, the last one last.
  public var tail: [String] { state.withLock { $0.last } }
}
