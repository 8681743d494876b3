/// Where a value came from.
public enum Origin: Sendable, Hashable, CustomStringConvertible {
  /// Lines and columns count from 1.
  case file(String, line: Int, column: Int)
  /// The variable's name.
  case environment(String)
  /// The option as typed, such as `--slot`.
  case flag(String)
  /// Nobody set it.
  case standard

  /// `bongsu.yaml:12:3`, `environment BONGSU_RELAY_SLOT`, `flag --slot` or `default`.
  public var description: String {
    switch self {
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .environment(let name): "environment \(name)"
    case .flag(let name): "flag \(name)"
    case .standard: "default"
    }
  }

  /// A value of a higher rank replaces one of a lower rank.
  var rank: Int {
    switch self {
    case .standard: 0
    case .file: 1
    case .environment: 2
    case .flag: 3
    }
  }

  /// Problems are listed as a person reads: the file from top to bottom, then what lies over it.
  var order: (Int, Int, Int) {
    if case .file(_, let line, let column) = self { (1, line, column) } else { (rank, 0, 0) }
  }
}
