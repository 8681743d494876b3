extension ConfigurationReader {
  /// The largest secret that is read from a file.
  static let largestSecret = 64 << 10

  /// A text that must not be seen, either at `key`, or in the file that `<key>File` names. Such a file's one line
  /// end at its end does not count. A relative path begins at the folder of the configuration file that says it.
  public func secret(_ key: String, masking: Masking = .whole) -> Secret? {
    let direct = find(key)
    let file = find(key + "File")
    let whole = join(path, key)
    if let direct, let file, direct.origin.rank == file.origin.rank {
      reportBoth(whole, file.origin)
      return nil
    }
    if let file, file.origin.rank > direct?.origin.rank ?? 0 { return readSecret(whole, file, masking) }
    guard let direct else { return nil }
    return keep(whole, direct.text, direct.origin, masking)
  }

  func reportBoth(_ whole: String, _ origin: Origin) {
    store.report(ConfigurationProblem(.conflict, "\(whole) and \(whole)File are both given; keep one", at: origin))
  }

  /// Reads the secret of `whole` out of the file that `file` names.
  func readSecret(_ whole: String, _ file: Found, _ masking: Masking) -> Secret? {
    store.record(ConfigurationEntry(key: whole + "File", value: file.text, origin: file.origin))
    var folder = ""
    if case .file = file.origin { folder = store.file?.folder ?? "" }
    do throws(FileText.Fault) {
      if file.text.isEmpty { throw FileText.Fault(reason: "the path is empty") }
      let bytes = try FileText.read(FileText.resolve(file.text, in: folder), limit: Self.largestSecret)
      return keep(whole, try Self.line(bytes), file.origin, masking)
    } catch {
      let message = "\(whole)File: cannot read '\(file.text)': \(error.reason)"
      store.report(ConfigurationProblem(.unreadable, message, at: file.origin))
      return nil
    }
  }

  private func keep(_ whole: String, _ text: String, _ origin: Origin, _ masking: Masking) -> Secret? {
    guard !text.isEmpty else {
      store.report(ConfigurationProblem(.badValue, "\(whole) is empty", at: origin))
      return nil
    }
    store.record(ConfigurationEntry(key: whole, value: masking.mask(text), origin: origin))
    return Secret(text)
  }

  /// Editors and `echo` end a file with a line end that belongs to no password.
  private static func line(_ bytes: [UInt8]) throws(FileText.Fault) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw FileText.Fault(reason: "it is not UTF-8") }
    let line = text.last?.isNewline == true ? String(text.dropLast()) : text
    if line.isEmpty { throw FileText.Fault(reason: "it is empty") }
    if line.last?.isNewline == true { throw FileText.Fault(reason: "it ends with an empty line") }
    if line.contains("\0") { throw FileText.Fault(reason: "it holds a NUL character") }
    return line
  }
}
