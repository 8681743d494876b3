/// The directories of deleted topics, which wait to be removed: on any thread, as large files take their time.
struct DeletedTopics: Sendable {
  let files: any FileLayer
  private let directory: String

  /// - Parameter directory: the catalog's.
  init(directory: String, files: any FileLayer) {
    self.files = files
    self.directory = "\(directory)/deleted"
  }

  /// Removes what is there; what cannot be removed waits for the next time.
  func remove() throws(LogError) {
    for name in try files.list(directory) {
      let path = "\(directory)/\(name)"
      for file in try files.list(path) { try files.remove("\(path)/\(file)") }
      try files.remove(path)
    }
  }
}
