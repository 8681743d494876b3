/// Finds what somebody probably meant.
public enum Suggestion {
  /// More edits than this are another word, however long both are.
  private static let mostEdits = 8

  /// The candidate nearest to `text`, in small letters or capitals, when it is near enough to be worth naming; else
  /// the first that begins with `text`. Of equally near ones it is the first by alphabet.
  public static func nearest(to text: String, in candidates: some Sequence<String>) -> String? {
    let sorted = candidates.sorted()
    let limit = min(max(1, text.count / 3), mostEdits)
    let alike = sorted.filter { abs($0.count - text.count) <= limit }
    let ranked = alike.map { (name: $0, distance: distance(text.lowercased(), $0.lowercased())) }
    return ranked.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
      ?? sorted.first { text.count >= 3 && $0.hasPrefix(text) }
  }

  /// Edits between two texts: a character inserted, removed or replaced, or two neighbours exchanged.
  static func distance(_ first: String, _ second: String) -> Int {
    let left = Array(first)
    let right = Array(second)
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1] + [Int](repeating: 0, count: right.count)
      for column in right.indices {
        let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
        current[column + 1] = min(replaced, last[column + 1] + 1, current[column] + 1)
        let exchanged = row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
        if exchanged { current[column + 1] = min(current[column + 1], beforeLast[column - 1] + 1) }
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
