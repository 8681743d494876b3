import Glibc

/// Where a command line's own words go: help to `output`, mistakes to `error`.
public struct Terminal: Sendable {
  public let output: @Sendable (String) -> Void
  public let error: @Sendable (String) -> Void

  public init(output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void) {
    self.output = output
    self.error = error
  }

  /// Standard output and standard error. What cannot be written ends the process with status 1: a script must not take
  /// a half for the whole.
  public static let standard = Terminal(
    output: { text in
      guard let code = write(text, to: STDOUT_FILENO) else { return }
      _ = write("cannot write the output: \(String(cString: strerror(code)))\n", to: STDERR_FILENO)
      exit(1)
    },
    error: { _ = write($0, to: STDERR_FILENO) })

  /// Nil when all is written, else `errno`.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return nil
  }
}

extension Command {
  /// Parses and runs: `arguments` without the program's own name.
  /// - Returns: the process's exit status: 0, 2 for a command line that was not understood, what an `ExitStatus`
  ///   says, or 1 for any other error.
  public func execute(_ arguments: [String], terminal: Terminal = .standard) -> Int32 {
    do {
      switch try parse(arguments) {
      case .help(let text): terminal.output(text)
      case .run(let parsed, let run): try Self.run(run, parsed)
      }
      return 0
    } catch let status as ExitStatus {
      return status.code
    } catch let error as UsageError {
      terminal.error("\(name): \(error)\n")
      return 2
    } catch {
      terminal.error("\(name): \(error)\n")
      return 1
    }
  }

  private static func run(_ action: Action, _ parsed: ParsedArguments) throws {
    do {
      try action(parsed)
    } catch var error as UsageError where error.command.isEmpty {
      error.command = parsed.path.joined(separator: " ")
      throw error
    }
  }
}
