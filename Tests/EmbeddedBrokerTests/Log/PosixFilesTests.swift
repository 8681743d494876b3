import LocalServers
import Testing

@testable import EmbeddedBroker

@Suite
struct PosixFilesTests {
  private let directory: TemporaryDirectory
  private let files = PosixFiles()

  init() throws { directory = try TemporaryDirectory(prefix: "bongsu-files") }

  @Test func `what is written is read, also across a rename and a truncation`() throws {
    let folder = directory.file("a/b/c")
    try files.makeDirectory(folder)
    try files.makeDirectory(folder)
    let file = try files.open("\(folder)/one", create: true)
    try file.write(Array("hello world".utf8).raw, at: 0)
    try file.truncate(to: 5)
    try file.sync()
    try files.rename("\(folder)/one", to: "\(folder)/two")
    try files.syncDirectory(folder)
    #expect(try files.list(folder) == ["two"])
    #expect(try files.status("\(folder)/two").size == 5)
    #expect(try files.status("\(folder)/two").modified > 1_600_000_000_000)
    let again = try files.open("\(folder)/two", create: false)
    #expect(try again.read(100, at: 1) == Array("ello".utf8))
    #expect(try again.read(3, at: 5).isEmpty)
    try files.remove("\(folder)/two")
    try files.remove(folder)
    #expect(try files.list(directory.file("a/b")).isEmpty)
  }

  @Test func `each errno has its kind`() throws {
    func kind(_ body: () throws -> Void) -> LogError.Kind? {
      do {
        try body()
        return nil
      } catch {
        return (error as? LogError)?.kind
      }
    }
    #expect(kind { _ = try files.open(directory.file("none"), create: false) } == .notFound)
    #expect(kind { _ = try files.list(directory.file("none")) } == .notFound)
    #expect(kind { try files.remove(directory.file("none")) } == .notFound)
    // Its writes say that the disk is full.
    let full = try files.open("/dev/full", create: false)
    #expect(kind { try full.write([1].raw, at: 0) } == .noSpace)
    #expect(LogError(errno: 30, "write").kind == .readOnly)
    #expect(LogError(errno: 5, "write").description == "write: Input/output error")
  }

  @Test func `a partition on a real disk is there again`() throws {
    let folder = directory.file("orders-0")
    do {
      let log = try PartitionLog(directory: folder, settings: PartitionSettings(), files: files, now: 0)
      for index in 0..<100 { try log.append(TestBatch("value \(index)")) }
      #expect(log.sync()?.failure == nil)
    }
    let log = try PartitionLog(directory: folder, settings: PartitionSettings(), files: files, now: 0)
    #expect(log.recovery.truncation == nil)
    #expect(try log.batches(maxBytes: 10_000).count == 100)
  }
}
