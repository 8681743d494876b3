/// What is to be applied, from what there is and what was applied before. Pure.
enum MigrationPlan {
  struct Record: Equatable {
    var name: String
    var digest: String
  }

  /// - Throws: when an applied file was changed or is gone: what is in the database is then not what the files say.
  static func pending(_ migrations: [Migration], applied: [Record]) throws(MigrationError) -> [Migration] {
    for record in applied {
      guard let known = migrations.first(where: { $0.name == record.name }) else {
        throw MigrationError("\(record.name) was applied here, but its file is gone; use the version that has it")
      }
      guard known.digest == record.digest else {
        throw MigrationError("\(record.name) was changed after it was applied; put it back and add a new migration")
      }
    }
    let names = Set(applied.map(\.name))
    return migrations.filter { !names.contains($0.name) }
  }
}
