/// How a process ended.
public enum ChildExit: Sendable, Equatable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  /// From `waitpid`'s status word.
  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .code((waitStatus >> 8) & 0xff) : .signal(signal)
  }

  public var isSuccess: Bool { self == .code(0) }

  public var description: String {
    switch self {
    case .code(let code): "exit code \(code)"
    case .signal(let signal): "signal \(signal)"
    }
  }
}
