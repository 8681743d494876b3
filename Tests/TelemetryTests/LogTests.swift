import Foundation
import Synchronization
import Testing

@testable import Telemetry

private final class Memory: LogSink {
  let lines = Mutex<[LogLine]>([])
  func write(_ line: LogLine) { lines.withLock { $0.append(line) } }
}

@Suite struct LogTests {
  private func line(_ metadata: [(String, String)]) -> LogLine {
    LogLine(
      time: Date(timeIntervalSince1970: 1_700_000_000.5), level: .info, label: "l", message: "m",
      metadata: metadata.map { (key: $0.0, value: $0.1) })
  }

  @Test func `a line is one JSON object with its time in UTC`() {
    #expect(
      line([("slot", "bongsu")]).json
        == #"{"ts":"2023-11-14T22:13:20.500Z","level":"info","label":"l","message":"m","slot":"bongsu"}"#)
  }

  @Test(arguments: [
    "line\nend", "carriage\r\nreturn", "quote\"", "back\\slash", "\0\u{1}\u{1f}", "\u{7f}\u{85}\u{9b}31m",
    "\u{2028}\u{2029}", "봉수 🔥 e\u{301}", "\"},{\"level\":\"critical", "",
  ])
  func `a hostile text stays one line and comes back`(text: String) throws {
    let json = line([(text, text)]).json
    let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{1b}", "\u{9b}"]
    #expect(!json.unicodeScalars.contains { breaks.contains($0) })
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
    #expect(object?[text] == text)
    #expect(object?["level"] == "info")
    #expect(object?.count == 5)
  }

  @Test func `metadata cannot take a field's name, nor one name come twice`() throws {
    let json = line([("level", "x"), ("a", "1"), ("a", "2")]).json
    #expect(json.hasSuffix(#""level_":"x","a":"1","a_":"2"}"#))
  }

  @Test func `lines below the level are dropped, its own is not`() {
    let memory = Memory()
    let logger = Logger(label: "l", level: .warning, sink: memory)
    logger.trace("no")
    logger.debug("no")
    logger.info("no")
    logger.notice("no")
    logger.warning("yes")
    logger.error("yes")
    logger.critical("yes")
    #expect(memory.lines.withLock { $0.map(\.level) } == [.warning, .error, .critical])
    #expect(memory.lines.withLock { $0.allSatisfy { $0.message == "yes" } })
  }

  @Test func `levels are ordered and read from their words`() {
    #expect(Logger.Level.allCases.sorted() == Logger.Level.allCases)
    #expect(Logger.Level.trace < .critical)
    #expect(Logger.Level(rawValue: "warning") == .warning)
    #expect(Logger.Level(rawValue: "WARNING") == nil)
  }
}
