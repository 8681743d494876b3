import LocalServers
import TestSupport
import Testing

@testable import EmbeddedBroker

/// Kafka's own tool reads what we write.
@Suite(.tags(.slow), .requires(.kafkaTools))
struct KafkaFormatTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory(prefix: "bongsu-log") }

  private func dump(_ arguments: String...) throws -> [String] {
    let home = try #require(KafkaServer.home)
    // What bin/kafka-dump-log runs, by the name that the class has since Kafka 4.
    let command = ChildCommand("\(home)/bin/kafka-run", ["org.apache.kafka.tools.DumpLogSegments"] + arguments)
    return try ChildProcess.run(command, timeout: .seconds(120))
  }

  @Test func `kafka-dump-log reads segments and indexes`() throws {
    var settings = PartitionSettings()
    settings.segmentBytes = 40_000
    let folder = directory.file("orders-0")
    let log = try PartitionLog(directory: folder, settings: settings, files: PosixFiles(), now: 0)
    for index in 0..<600 {
      let batch = TestBatch(
        "value \(index)", "second", String(repeating: "x", count: 40), at: 1_700_000_000_000 + Int64(index))
      try log.append(batch.from(9, sequence: Int32(index * 3)), now: 1_700_000_000_000)
    }
    try log.close()
    #expect(log.closed.count > 1)
    let names = log.closed.map(\.name) + [SegmentName(directory: folder, baseOffset: log.active.baseOffset)]
    let files = names.flatMap { [$0.log, $0.offsetIndex, $0.timeIndex] }
    let lines = try dump("--print-data-log", "--files", files.joined(separator: ","))
    #expect(lines.count { $0.contains("payload: value ") } == 600)
    #expect(lines.count { $0.hasPrefix("baseOffset: ") && $0.contains("isvalid: true") } == 600)
    #expect(lines.count { $0.hasPrefix("offset: ") && $0.contains("position: ") } > 10)
    #expect(lines.count { $0.hasPrefix("timestamp: ") && $0.contains("offset: ") } > 10)
    let complaints = ["Mismatches", "Found ", "invalid", "isvalid: false", "out of order", "Exception"]
    #expect(lines.filter { line in complaints.contains { line.contains($0) } } == [])
  }
}
