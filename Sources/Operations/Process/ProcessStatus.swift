/// What `/proc/<pid>/stat` tells of a process.
struct ProcessStatus: Equatable {
  /// In user and in system mode, in clock ticks.
  var cpuTicks: UInt64
  /// Clock ticks from the machine's start to the process's.
  var startTicks: UInt64
  var virtualBytes: UInt64
  var residentPages: UInt64

  /// Nil for a text that is no such line.
  init?(stat: String) {
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
    // proc(5) counts from 1, and the first of these is its field 3.
    func field(_ number: Int) -> UInt64? { fields.indices.contains(number - 3) ? UInt64(fields[number - 3]) : nil }
    guard let user = field(14), let system = field(15), let start = field(22), let bytes = field(23),
      let pages = field(24)
    else { return nil }
    cpuTicks = user + system
    (startTicks, virtualBytes, residentPages) = (start, bytes, pages)
  }

  /// The line `btime` of `/proc/stat`: seconds from 1970 to the machine's start.
  static func bootTime(stat: String) -> UInt64? {
    stat.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { UInt64($0.dropFirst(6)) }
  }
}
