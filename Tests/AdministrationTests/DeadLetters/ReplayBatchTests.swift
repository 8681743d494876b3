import DeadLetters
import Kafka
import NotificationModel
import Testing

@testable import Administration

@Suite("How much of a replay goes at once, and how fast")
struct ReplayBatchTests {
  @Test func `a pace counts whole batches`() {
    let pace = ReplayPace(rate: 50, start: 1_000)
    #expect(pace.batch == 50 && pace.next(after: 0) == 1_000 && pace.next(after: 100) == 2_000_001_000)
    #expect(ReplayPace(rate: nil, start: 7).next(after: 1_000) == 7 && ReplayPace(rate: 9_000, start: 0).batch == 100)
  }

  @Test func `progress is a bar on a terminal and a line for each tenth elsewhere`() {
    var bar = ReplayProgress(total: 10, isTerminal: true)
    #expect(bar.text(5) == "\r[###############...............] 5 of 10" && bar.end == "\n")
    var lines = ReplayProgress(total: 1_000, isTerminal: false)
    #expect(lines.text(50) == nil && lines.text(120) == "120 of 1000\n" && lines.text(150) == nil)
    #expect(lines.text(1_000) == "1000 of 1000\n" && lines.end == nil)
  }

  private func row(_ id: Int64, value bytes: Int) -> DeadLetterRow {
    DeadLetterRow(
      id: id, origin: "notification.sms/0/1", errorClass: "PERMANENT", errorCode: nil, key: [1, 2],
      value: [UInt8](repeating: 32, count: bytes), headers: [.init("schema", "delivery.v1")])
  }

  private func pointer(_ id: Int64, to bytes: Int) -> DeadLetterRow {
    DeadLetterRow(
      id: id, origin: "notification.sms/0/1", errorClass: "PERMANENT", errorCode: nil, key: nil,
      value: Array(#"{"origin":"notification.sms/0/1","bytes":\#(bytes)}"#.utf8),
      headers: [.init("schema", "dead-letter-pointer.v1")])
  }

  @Test func `so many go as fit with their keys, one at the least`() {
    let rows = (1...4).map { row($0, value: 98) }
    #expect(ReplayBatch.first(rows, bytes: 300).map(\.id) == [1, 2, 3])
    #expect(ReplayBatch.first(rows, bytes: 299).map(\.id) == [1, 2] && ReplayBatch.first(rows, bytes: 400).count == 4)
    #expect(ReplayBatch.first(rows, bytes: 5).map(\.id) == [1] && ReplayBatch.first([], bytes: 5).isEmpty)
  }

  @Test func `a pointer counts for what it stands for, whatever nonsense it says`() {
    let rows = [row(1, value: 100), pointer(2, to: 900), row(3, value: 100)]
    #expect(ReplayBatch.first(rows, bytes: 1_000).map(\.id) == [1])
    #expect(ReplayBatch.first(rows, bytes: 1_004).map(\.id) == [1, 2])
    #expect(ReplayBatch.first([pointer(1, to: .max), pointer(2, to: .max)], bytes: 1_000).map(\.id) == [1])
    #expect(ReplayBatch.first([pointer(1, to: -5), row(2, value: 10)], bytes: 1_000).count == 2)
  }
}

@Suite("What is given on a command line")
struct ShownArgumentTests {
  private let now = UnixTime(milliseconds: 1_764_000_000_000)

  @Test func `a moment is a time, or how long ago it was`() throws {
    #expect(try MomentText.parse("24h", option: "--since", now: now).milliseconds == now.milliseconds - 86_400_000)
    #expect(try MomentText.parse("-30s", option: "--until", now: now).milliseconds == now.milliseconds - 30_000)
    #expect(try MomentText.parse("0", option: "--until", now: now) == now)
    let time = try MomentText.parse("2025-11-24T16:00:00Z", option: "--since", now: now)
    #expect(time.milliseconds == 1_764_000_000_000)
  }

  @Test(arguments: ["", "yesterday", "24", "2025-11-24", "--1h", "99999d"])
  func `anything else is refused, naming the option`(text: String) {
    let error = #expect(throws: AdministrationError.self) { try MomentText.parse(text, option: "--since", now: now) }
    #expect(error?.description.hasPrefix("--since takes a time such as") == true)
  }

  @Test func `ids say what they should be`() throws {
    #expect(try Identifier.uuid("0199F3C1-7B7E-7CC0-A8F2-3F1F0D3B2A10") == "0199f3c1-7b7e-7cc0-a8f2-3f1f0d3b2a10")
    #expect(throws: AdministrationError.self) { try Identifier.uuid("17") }
    #expect(throws: AdministrationError.self) { try Identifier.user("-1") }
    #expect(throws: AdministrationError.self) { try Identifier.deadLetter("0") }
  }
}
