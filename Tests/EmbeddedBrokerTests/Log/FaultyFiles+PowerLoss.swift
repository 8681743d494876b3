import TestSupport

@testable import EmbeddedBroker

extension FaultyFiles {
  /// How much of the unsynced changes is found afterwards.
  enum Survival {
    /// Nothing that was not synced.
    case nothing
    /// All changes but the last of the file, of which so many bytes.
    case tear(String, keeping: Int)
    /// Any part of each file's changes, in order, the last of them torn, with or without zeros in its place.
    case random
  }

  /// Takes away the power. Objects made before must not be used any more.
  func losePower(_ survival: Survival, using random: inout some RandomNumberGenerator) {
    failAt = nil
    let namesSurvive: Bool
    switch survival {
    case .nothing: namesSurvive = false
    case .tear: namesSurvive = true
    case .random: namesSurvive = Bool.random(using: &random)
    }
    if !namesSurvive { names = durableNames }
    for (path, inode) in names.sorted(by: { $0.key < $1.key }) {
      inode.settle(Self.found(inode, path, survival, &random))
    }
    durableNames = names
  }

  private static func found(
    _ inode: Inode, _ path: String, _ survival: Survival, _ random: inout some RandomNumberGenerator
  ) -> [UInt8] {
    var bytes = inode.durable
    var changes = inode.changes
    var kept = 0
    switch survival {
    case .nothing: return bytes
    case .tear(let torn, let count):
      guard path == torn else { break }
      kept = count
    case .random:
      changes = Array(changes.prefix(Int.random(in: 0...changes.count, using: &random)))
      kept = -1
    }
    guard let last = changes.popLast() else { return bytes }
    for change in changes { Inode.apply(change, to: &bytes) }
    guard case .write(let written, let offset) = last else {
      Inode.apply(last, to: &bytes)
      return bytes
    }
    if kept < 0 { kept = Int.random(in: 0...written.count, using: &random) }
    if case .tear(let torn, _) = survival, path != torn { kept = written.count }
    var part = Array(written.prefix(kept))
    if case .random = survival, Bool.random(using: &random) { part += .init(repeating: 0, count: written.count - kept) }
    Inode.apply(.write(part, at: offset), to: &bytes)
    return bytes
  }

  /// How long the last unsynced write to the file is, in bytes.
  func lastWrite(_ path: String) -> Int {
    guard case .write(let bytes, _) = names[path]?.changes.last else { return 0 }
    return bytes.count
  }
}
