import Glibc
import Synchronization

/// The terminal as `bongsu dev` uses it: a page at the bottom that is refreshed in place, and lines above it that stay.
/// Where the output is no terminal there are lines alone. Any thread may write.
public final class Screen: Sendable {
  public let isTerminal: Bool
  private let write: @Sendable (String) -> Void
  private let shown = Mutex<[String]>([])

  /// - Parameter write: puts text out, whole.
  public init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
    (self.isTerminal, self.write) = (isTerminal, write)
  }

  /// Whether this process's standard output is a terminal.
  public static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// A line that stays.
  public func say(_ text: String) {
    shown.withLock { shown in write(Self.erasing(shown.count) + text + "\n" + Self.lines(shown)) }
  }

  /// Takes the place of the page before.
  public func show(_ page: [String]) {
    shown.withLock { shown in
      write(Self.erasing(shown.count) + Self.lines(page))
      shown = page
    }
  }

  /// Leaves the page where it is.
  public func keep() { shown.withLock { $0 = [] } }

  /// How many columns there are; 80 where nobody says.
  public var width: Int {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Up to the page's first line, and nothing below it.
  static func erasing(_ count: Int) -> String { count == 0 ? "" : "\u{1b}[\(count)F\u{1b}[J" }

  private static func lines(_ page: [String]) -> String { page.map { "\($0)\n" }.joined() }
}
