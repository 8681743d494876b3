import Foundation
import Glibc
import Synchronization
import Testing

@testable import Telemetry

@Suite(.timeLimit(.minutes(2))) struct LineWriterTests {
  private let patient: LineWriter.Limits = {
    var limits = LineWriter.Limits()
    limits.patience = .seconds(60)
    return limits
  }()

  /// A descriptor that goes elsewhere later.
  private func open(_ path: String) throws -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    return descriptor
  }

  /// What is told of lines that were lost.
  private func lost(_ line: String) -> String? {
    let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
    return object?["message"] == "lines of this log were lost" ? object?["lines"] : nil
  }

  @Test func `a line is there when the call returns`() throws {
    let pipe = try LinePipe()
    let writer = LineWriter(pipe.writing, patient)
    for text in ["one", "", "three"] {
      writer.write(text)
      #expect(!pipe.isEmpty && pipe.lines(1) == [text])
    }
    #expect(writer.lost == 0)
  }

  @Test(arguments: [false, true])
  func `lines longer than a pipe holds arrive whole, also where somebody made it non-blocking`(isBlocking: Bool) throws
  {
    let pipe = try LinePipe()
    if !isBlocking { pipe.makeWritingNonBlocking() }
    let writer = LineWriter(pipe.writing, patient)
    let texts = ["a", "b", "c"].map { String(repeating: $0, count: 100_000) }
    for text in texts {
      let thread = Thread { for _ in 0..<3 { writer.write(text) } }
      thread.start()
    }
    #expect(pipe.lines(9).sorted() == texts.flatMap { [$0, $0, $0] })
    #expect(writer.lost == 0)
  }

  @Test func `what a full disk does not take is counted, and told once there is room`() throws {
    let descriptor = try open("/dev/full")
    defer { close(descriptor) }
    let writer = LineWriter(descriptor, patient)
    for number in 1...3 {
      writer.write("no")
      #expect(writer.lost == number)
    }
    let pipe = try LinePipe()
    dup2(pipe.writing, descriptor)
    writer.write("yes")
    let lines = pipe.lines(2)
    #expect(lost(lines[0]) == "3" && lines[1] == "yes")
    writer.write("again")
    #expect(pipe.lines(1) == ["again"] && writer.lost == 3)
  }

  @Test func `a line that was cut off is ended before the next one begins`() throws {
    signal(SIGPIPE, SIG_IGN)
    let descriptor = try open("/dev/null")
    defer { close(descriptor) }
    let gone = try LinePipe()
    dup2(gone.writing, descriptor)
    let writer = LineWriter(descriptor, patient)
    let isOver = DispatchSemaphore(value: 0)
    let long = Thread {
      writer.write("begun\n" + String(repeating: "x", count: 300_000))
      isOver.signal()
    }
    long.start()
    #expect(gone.lines(1) == ["begun"])
    gone.closeReading()
    isOver.wait()
    #expect(writer.lost == 1)
    let pipe = try LinePipe()
    dup2(pipe.writing, descriptor)
    writer.write("next")
    let lines = pipe.lines(3)
    #expect(lines[0] == "" && lost(lines[1]) == "1" && lines[2] == "next")
  }

  @Test func `a reader that went away costs lines and no more`() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = try LinePipe()
    pipe.closeReading()
    let writer = LineWriter(pipe.writing, patient)
    writer.write("one")
    writer.write("two")
    #expect(writer.lost == 2)
  }

  @Test func `nobody waits long for a reader that does not read, and lines for which there was room come later`() throws
  {
    let pipe = try LinePipe()
    pipe.setSize(4_096)
    var limits = LineWriter.Limits()
    (limits.bytes, limits.patience) = (1_000, .milliseconds(20))
    let writer = LineWriter(pipe.writing, limits)
    let full = String(repeating: "x", count: 4_095)
    writer.write(full)
    writer.write("one")
    let texts = (0..<20).map { "\($0) " + String(repeating: "y", count: 96 - "\($0)".count) }
    for text in texts { writer.write(text) }
    // With 98 bytes each and four that wait already.
    #expect(writer.lost == 10)
    #expect(pipe.lines(12) == [full, "one"] + texts.prefix(10))
    writer.write("last")
    let lines = pipe.lines(2)
    #expect(lost(lines[0]) == "10" && lines[1] == "last")
  }

  @Test func `signals are left to who waits for them`() throws {
    let pipe = try LinePipe()
    let writer = LineWriter(pipe.writing, patient)
    writer.write("runs")
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    let logs = tasks.compactMap { try? String(contentsOfFile: "/proc/self/task/\($0)/status", encoding: .utf8) }
      .filter { $0.hasPrefix("Name:\tlog\n") }
    #expect(!logs.isEmpty)
    let terminate: UInt64 = 1 << UInt64(SIGTERM - 1)
    for status in logs {
      let mask = status.firstMatch(of: /SigBlk:\t([0-9a-f]+)/).flatMap { UInt64($0.1, radix: 16) }
      #expect((mask ?? 0) & terminate != 0)
    }
  }
}
