/// When rows are to be inserted: at a steady rate, whatever the database makes of it. A row that is late is inserted at
/// once and those after it are not put off.
struct InsertSchedule: Sendable, Equatable {
  let rate: Int
  let rows: Int
  let writers: Int

  /// One writer cannot insert faster than its commits; more than these bring nothing.
  private static let writersMax = 8

  init(rate: Int, seconds: Int) {
    self.rate = rate
    rows = rate * seconds
    writers = min(Self.writersMax, rows)
  }

  /// The rows of one writer, counted from 0 as it is.
  func rows(of writer: Int) -> StrideTo<Int> { stride(from: writer, to: rows, by: writers) }

  /// Nanoseconds from the start to when a row is due.
  func due(_ row: Int) -> Int64 { Int64(row) * 1_000_000_000 / Int64(rate) }
}
