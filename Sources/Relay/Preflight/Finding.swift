/// One thing that was checked: what was seen, and what to do about it.
public struct Finding: Sendable, Equatable, CustomStringConvertible {
  public enum Level: String, Sendable, CaseIterable { case ok, warning, failure }

  /// What was checked, as `slot`; a stable name.
  public var check: String
  public var level: Level
  public var seen: String
  /// What to type or do; nil where all is well.
  public var remedy: String?

  public static func ok(_ check: String, _ seen: String) -> Finding {
    Finding(check: check, level: .ok, seen: seen, remedy: nil)
  }

  public static func warning(_ check: String, _ seen: String, _ remedy: String) -> Finding {
    Finding(check: check, level: .warning, seen: seen, remedy: remedy)
  }

  public static func failure(_ check: String, _ seen: String, _ remedy: String) -> Finding {
    Finding(check: check, level: .failure, seen: seen, remedy: remedy)
  }

  /// As one sentence, for logs and errors.
  public var description: String { remedy.map { "\(seen); \($0)" } ?? seen }
}
