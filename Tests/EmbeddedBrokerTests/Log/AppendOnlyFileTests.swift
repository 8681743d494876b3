import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite
struct AppendOnlyFileTests {
  private let files = FaultyFiles()

  private func append(_ file: AppendOnlyFile, _ count: Int) throws(LogError) {
    let bytes = [UInt8](repeating: 7, count: count)
    try file.append(bytes.raw)
  }

  @Test func `a write that fails leaves nothing, also when what it left cannot be cut off at once`() throws {
    let file = try AppendOnlyFile("f", files: files)
    try append(file, 10)
    files.failNow(.noSpace, times: 2)
    #expect(throws: LogError.self) { try append(file, 100) }
    #expect(file.size == 10)
    #expect(try files.status("f").size == 60)
    try append(file, 5)
    #expect(file.size == 15)
    #expect(try files.status("f").size == 15)
  }

  @Test func `a sync that failed is not believed until all of it was written again`() throws {
    var random = SeededGenerator(seed: 1)
    let file = try AppendOnlyFile("f", files: files)
    try files.syncDirectory(".")
    try append(file, 10)
    let first = file.makeSync()
    files.failNow(.io)
    #expect(throws: LogError.self) { try first.run() }
    file.finish(first, succeeded: false)
    #expect(!file.isDurable)
    try append(file, 5)
    let second = file.makeSync()
    try second.run()
    file.finish(second, succeeded: true)
    #expect(file.isDurable)
    files.losePower(.nothing, using: &random)
    let again = try AppendOnlyFile("f", files: files)
    #expect(try again.read(100, at: 0) == [UInt8](repeating: 7, count: 15))
  }
}
