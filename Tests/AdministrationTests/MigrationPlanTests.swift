import Testing

@testable import Administration

@Suite("Which migrations are applied")
struct MigrationPlanTests {
  private let first = Migration(name: "001_a", up: "SELECT 1", down: "")
  private let second = Migration(name: "002_b", up: "SELECT 2", down: "")

  private func record(_ migration: Migration) -> MigrationPlan.Record {
    MigrationPlan.Record(name: migration.name, digest: migration.digest)
  }

  @Test("what was applied is not applied again")
  func pending() throws {
    #expect(try MigrationPlan.pending([first, second], applied: []) == [first, second])
    #expect(try MigrationPlan.pending([first, second], applied: [record(first)]) == [second])
    #expect(try MigrationPlan.pending([first], applied: [record(first)]).isEmpty)
  }

  @Test("a file that was changed or removed after it was applied is an error that names it")
  func changed() {
    var edited = first
    edited.up = "SELECT 3"
    #expect(throws: MigrationError.self) { try MigrationPlan.pending([edited], applied: [record(first)]) }
    #expect(throws: MigrationError.self) { try MigrationPlan.pending([second], applied: [record(first)]) }
  }

  @Test("a directory that is not there is an error that says which option names it")
  func missing() {
    #expect {
      try Migration.read(directory: "/nowhere/at/all")
    } throws: {
      "\($0)".contains("--directory")
    }
  }
}
