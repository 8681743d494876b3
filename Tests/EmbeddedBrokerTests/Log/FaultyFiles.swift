import TestSupport

@testable import EmbeddedBroker

/// Files in memory that a loss of power takes back to what was synced, or to some of what came after, and whose calls
/// fail when they are told to. For one thread.
final class FaultyFiles: FileLayer, @unchecked Sendable {
  var names: [String: Inode] = [:]
  var durableNames: [String: Inode] = [:]
  private var directories: Set<String> = ["."]
  private(set) var calls = 0
  private(set) var bytesRead = 0
  /// The call with this number fails, and those after it as long as `failsOn` says.
  var failAt: Int?
  var failure = LogError.Kind.io
  var failuresLeft = 1
  private(set) var failures = 0

  /// Counts a call and throws when it is its turn.
  func step(_ call: String) throws(LogError) {
    calls += 1
    guard let failAt, calls >= failAt, failuresLeft > 0 else { return }
    failuresLeft -= 1
    failures += 1
    throw LogError(failure, "\(call): on purpose")
  }

  func noteRead(_ count: Int) { bytesRead += count }

  func failNow(_ kind: LogError.Kind, times: Int = 1) {
    failAt = calls
    failure = kind
    failuresLeft = times
  }

  func open(_ path: String, create: Bool) throws(LogError) -> any LogFile {
    try step("open")
    if let inode = names[path] { return FaultyFile(inode, self) }
    guard create, directories.contains(path.parentDirectory) else { throw LogError(.notFound, "open") }
    let inode = Inode()
    names[path] = inode
    return FaultyFile(inode, self)
  }

  func list(_ directory: String) throws(LogError) -> [String] {
    try step("list")
    guard directories.contains(directory) else { throw LogError(.notFound, "list") }
    return (Array(names.keys) + Array(directories)).filter { $0 != directory && $0.parentDirectory == directory }
      .map { String($0.dropFirst(directory.count + 1)) }
  }

  func status(_ path: String) throws(LogError) -> FileStatus {
    try step("status")
    guard let inode = names[path] else { throw LogError(.notFound, "status") }
    return FileStatus(size: inode.content.count, modified: 0)
  }

  func makeDirectory(_ path: String) throws(LogError) {
    try step("makeDirectory")
    var path = path
    while path != path.parentDirectory, directories.insert(path).inserted { path = path.parentDirectory }
  }

  func rename(_ path: String, to target: String) throws(LogError) {
    try step("rename")
    if directories.remove(path) != nil { return renameDirectory(path, to: target) }
    guard let inode = names.removeValue(forKey: path) else { throw LogError(.notFound, "rename") }
    names[target] = inode
  }

  /// Directories are taken for durable; only what files they hold is not.
  private func renameDirectory(_ path: String, to target: String) {
    func moved(_ names: [String: Inode]) -> [String: Inode] {
      Dictionary(
        uniqueKeysWithValues: names.map { name, inode in
          (name.parentDirectory == path ? target + name.dropFirst(path.count) : name, inode)
        })
    }
    directories.insert(target)
    names = moved(names)
    durableNames = moved(durableNames)
  }

  func remove(_ path: String) throws(LogError) {
    try step("remove")
    if directories.contains(path), !names.keys.contains(where: { $0.parentDirectory == path }) {
      directories.remove(path)
      return
    }
    guard names.removeValue(forKey: path) != nil else { throw LogError(.notFound, "remove") }
  }

  func syncDirectory(_ path: String) throws(LogError) {
    try step("syncDirectory")
    for (name, inode) in names where name.parentDirectory == path { durableNames[name] = inode }
    for name in durableNames.keys where name.parentDirectory == path && names[name] == nil { durableNames[name] = nil }
  }
}
