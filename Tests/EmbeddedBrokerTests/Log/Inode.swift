import TestSupport

@testable import EmbeddedBroker

/// A file's content as it is read, as it would be after a loss of power, and what lies between.
final class Inode {
  enum Change {
    case write([UInt8], at: Int)
    case truncate(Int)
  }

  private(set) var content: [UInt8] = []
  private(set) var durable: [UInt8] = []
  private(set) var changes: [Change] = []

  func change(_ change: Change) {
    Self.apply(change, to: &content)
    changes.append(change)
  }

  func sync() {
    for change in changes { Self.apply(change, to: &durable) }
    changes = []
  }

  /// What a kernel does whose write-back fails: it says so once, and takes the pages for clean.
  func loseChanges() { changes = [] }

  static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .truncate(let size): resize(&bytes, size)
    case .write(let written, let offset):
      if bytes.count < offset + written.count { resize(&bytes, offset + written.count) }
      bytes.replaceSubrange(offset..<offset + written.count, with: written)
    }
  }

  private static func resize(_ bytes: inout [UInt8], _ size: Int) {
    if bytes.count > size { bytes.removeLast(bytes.count - size) }
    bytes += [UInt8](repeating: 0, count: size - bytes.count)
  }

  /// What is found after the power came back.
  func settle(_ bytes: [UInt8]) {
    content = bytes
    durable = bytes
    changes = []
  }
}

final class FaultyFile: LogFile, @unchecked Sendable {
  private let inode: Inode
  private let files: FaultyFiles

  init(_ inode: Inode, _ files: FaultyFiles) {
    self.inode = inode
    self.files = files
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(LogError) {
    let copy = bytes.withUnsafeBytes { Array($0) }
    do {
      try files.step("write")
    } catch {
      // A full disk takes what it can.
      inode.change(.write(Array(copy.prefix(copy.count / 2)), at: offset))
      throw error
    }
    inode.change(.write(copy, at: offset))
  }

  func read(_ count: Int, at offset: Int) throws(LogError) -> [UInt8] {
    try files.step("read")
    let bytes = Array(inode.content.dropFirst(offset).prefix(count))
    files.noteRead(bytes.count)
    return bytes
  }

  func truncate(to size: Int) throws(LogError) {
    try files.step("truncate")
    inode.change(.truncate(size))
  }

  func sync() throws(LogError) {
    do {
      try files.step("sync")
    } catch {
      inode.loseChanges()
      throw error
    }
    inode.sync()
  }
}
