import Foundation

/// Who is whose child, as /proc tells.
enum ProcessTree {
  /// The children of a process, and theirs.
  static func children(of process: Int32) -> [Int32] {
    let list = (try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)) ?? ""
    let direct = list.split(separator: " ").compactMap { Int32($0) }
    return direct + direct.flatMap { children(of: $0) }
  }
}
