import Foundation
import Signing

/// One step of a schema: plain SQL that psql applies just as well.
public struct Migration: Sendable, Equatable {
  /// As `001_event`; steps are applied in the order of their names.
  public var name: String
  public var up: String
  public var down: String

  public init(name: String, up: String, down: String) {
    self.name = name
    self.up = up
    self.down = down
  }

  var digest: String { SHA256.hexadecimal(of: Array(up.utf8)) }

  /// Reads `NNN_name.up.sql` and `NNN_name.down.sql` of a directory.
  public static func read(directory: String) throws(MigrationError) -> [Migration] {
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw MigrationError("\(directory) cannot be read; name the directory of the migrations with --directory")
    }
    var migrations: [Migration] = []
    for file in files.sorted() where file.hasSuffix(".up.sql") {
      let name = String(file.dropLast(".up.sql".count))
      migrations.append(
        Migration(
          name: name, up: try text("\(directory)/\(file)"), down: try text("\(directory)/\(name).down.sql")))
    }
    guard !migrations.isEmpty else { throw MigrationError("\(directory) holds no NNN_name.up.sql") }
    return migrations
  }

  private static func text(_ path: String) throws(MigrationError) -> String {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw MigrationError("\(path) cannot be read; each migration has an up.sql and a down.sql")
    }
    return text
  }
}

/// Why nothing was applied; it says what to do.
public struct MigrationError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
