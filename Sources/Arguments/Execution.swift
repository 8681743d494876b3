import Foundation

/// Where a command line's own words go: help to `output`, mistakes to `error`.
public struct Terminal: Sendable {
  public let output: @Sendable (String) -> Void
  public let error: @Sendable (String) -> Void

  public init(output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void) {
    self.output = output
    self.error = error
  }

  /// Standard output and standard error.
  public static let standard = Terminal(
    output: { FileHandle.standardOutput.write(Data($0.utf8)) },
    error: { FileHandle.standardError.write(Data($0.utf8)) })
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
