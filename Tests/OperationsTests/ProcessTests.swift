import Glibc
import Telemetry
import Testing

@testable import Operations

@Suite struct ProcessTests {
  /// A line as Linux writes it, with a name made to mislead.
  private let line =
    "4242 (a) b (c) 7 8) S 1 4242 4242 0 -1 4194560 500 0 0 0 150 50 0 0 20 0 9 0 987654 223344556 777 1"

  @Test func `the fields are counted from the end of the name`() throws {
    let status = try #require(ProcessStatus(stat: line))
    #expect(status.cpuTicks == 200)
    #expect(status.startTicks == 987_654)
    #expect(status.virtualBytes == 223_344_556)
    #expect(status.residentPages == 777)
  }

  @Test(arguments: ["", "4242", "4242 (a) S 1 2 3", "4242 (a) S " + String(repeating: "x ", count: 40)])
  func `a line that is none is none`(line: String) {
    #expect(ProcessStatus(stat: line) == nil)
  }

  @Test func `the machine's start is found`() {
    #expect(ProcessStatus.bootTime(stat: "cpu 1 2\nintr 5\nbtime 1700000000\nprocesses 3\n") == 1_700_000_000)
    #expect(ProcessStatus.bootTime(stat: "cpu 1 2\n") == nil)
  }

  @Test func `this process is told under Prometheus' names`() throws {
    let metrics = MetricsRegistry()
    ProcessMetrics.register(metrics, version: "1.2.3")
    let lines = metrics.render().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.contains(#"bongsu_build_info{version="1.2.3"} 1"#))
    func value(_ name: String) throws -> Double {
      let line = try #require(lines.first { $0.hasPrefix(name + " ") }, "\(name) is missing")
      return try #require(Double(line.dropFirst(name.count + 1)))
    }
    #expect(try value("bongsu_log_lines_lost_total") == 0)
    #expect(try value("process_cpu_seconds_total") > 0)
    #expect(try value("process_resident_memory_bytes") > 1_048_576)
    #expect(try value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"))
    #expect(try value("process_open_fds") >= 3)
    #expect(try value("process_max_fds") >= value("process_open_fds"))
    let age = Double(time(nil)) - (try value("process_start_time_seconds"))
    #expect(age > -2 && age < 86_400)
  }
}
