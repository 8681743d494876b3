import Configuration
import Recorder
import Testing

@Suite("The section recorder") struct SectionTests {
  private func read(_ text: String) throws -> (settings: RecorderSettings?, problems: [String]) {
    let servers = "kafka: {bootstrapServers: 127.0.0.1:1}\nnotification: {dsn: dbname=n}\n"
    let root = ConfigurationReader(file: try ConfigurationFile(text: servers + text, name: "bongsu.yaml"))
    let settings = RecorderSettings(root: root)
    do {
      try root.finish()
      return (settings, [])
    } catch {
      return (settings, error.problems.map(\.description))
    }
  }

  @Test func `what it says counts`() throws {
    let (settings, problems) = try read(
      """
      recorder:
        group: g
        instance: a
        topicPrefix: t.
        batch: {records: 7, bytes: 1MB, linger: 0ms}
        maintenance: {interval: 0s, keepHot: 30, keepArchive: 31}
        stopDeadline: 3s
      """)
    #expect(problems == [])
    let recorder = try #require(settings)
    #expect(recorder.group == "g" && recorder.instance == "a" && recorder.topicPrefix == "t.")
    #expect(recorder.batch.records == 7 && recorder.batch.bytes == 1 << 20 && recorder.batch.linger == .zero)
    #expect(recorder.maintenance.interval == .zero && recorder.maintenance.keepHot == 30)
    #expect(recorder.maintenance.keepArchive == 31 && recorder.stopDeadline == .seconds(3))
  }

  @Test(arguments: [
    ("recorder: {batch: {records: 0}}", "recorder.batch.records"), ("recorder: {batch: {bytes: 1kB}}", "batch.bytes"),
    ("recorder: {batch: {linger: 9s}}", "batch.linger"), ("recorder: {maintenance: {keepHot: 7}}", "keepHot"),
    ("recorder: {maintenance: {keepHot: 90, keepArchive: 89}}", "is below keepHot"),
    ("recorder: {stopDeadline: 0s}", "stopDeadline"), ("recorder: {groop: a}", "unknown key recorder.groop"),
  ])
  func `what it cannot use is named with its line`(text: String, words: String) throws {
    let problems = try read(text).problems
    #expect(problems.count == 1 && problems.first?.contains(words) == true, "\(problems)")
    #expect(problems.first?.hasPrefix("bongsu.yaml:3:") == true, "\(problems)")
  }

  @Test func `servers that are missing are named with their flags`() throws {
    let root = ConfigurationReader(file: try ConfigurationFile(text: "recorder: {group: a}", name: "bongsu.yaml"))
    #expect(RecorderSettings(root: root) == nil)
    let problems = #expect(throws: ConfigurationError.self) { try root.finish() }?.problems.map(\.description) ?? []
    #expect(problems.contains { $0.contains("--dsn") } && problems.contains { $0.contains("--bootstrap-servers") })
  }
}
