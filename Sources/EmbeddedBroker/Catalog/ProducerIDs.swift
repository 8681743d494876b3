/// Gives out producer ids, each once in the life of the data directory: a block of them is written down before any of
/// it is given.
final class ProducerIDs {
  private let path: String
  private let files: any FileLayer
  private var next: Int64
  private var reserved: Int64

  static let block: Int64 = 1_000

  init(directory: String, files: any FileLayer) throws(LogError) {
    path = "\(directory)/producer-ids"
    self.files = files
    let content = try AtomicFile.content(path, files: files)
    guard (content?.count ?? 8) == 8 else { throw LogError(.corrupt, "the file producer-ids is damaged") }
    next = content?.integer(Int64.self, at: 0) ?? 0
    reserved = next
  }

  func take() throws(PartitionError) -> Int64 {
    if next == reserved {
      var bytes: [UInt8] = []
      bytes.append(integer: reserved + Self.block)
      do {
        try AtomicFile.replace(path, with: bytes, files: files)
      } catch {
        throw PartitionError(error)
      }
      reserved += Self.block
    }
    defer { next += 1 }
    return next
  }
}
