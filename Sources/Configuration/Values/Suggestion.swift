/// Finds what somebody probably meant.
enum Suggestion {
  /// The candidate nearest to `text`, when it is near enough to be worth naming.
  static func nearest(to text: String, in candidates: some Sequence<String>) -> String? {
    let limit = max(1, text.count / 3)
    let ranked = candidates.sorted().map { (name: $0, distance: distance(text.lowercased(), $0.lowercased())) }
    return ranked.filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.name
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
