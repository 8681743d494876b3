/// `FROM:<a@b> SIZE=1`, taken apart.
struct SMTPPath {
  let address: String
  private(set) var parameters: [String: String] = [:]

  /// nil for what has not its form.
  init?(_ argument: String, _ word: String) {
    guard argument.uppercased().hasPrefix(word) else { return nil }
    let rest = argument.dropFirst(word.count).drop { $0 == " " }
    guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
    address = String(rest[rest.index(after: rest.startIndex)..<end])
    for parameter in rest[rest.index(after: end)...].split(separator: " ") {
      let parts = parameter.split(separator: "=", maxSplits: 1).map(String.init)
      parameters[parts[0].uppercased()] = parts.count > 1 ? parts[1] : ""
    }
  }

  /// A local part and a domain of ASCII, without spaces.
  var isAddress: Bool {
    guard let at = address.lastIndex(of: "@"), at != address.startIndex else { return false }
    let domain = address[address.index(after: at)...]
    return !domain.isEmpty && (3...254).contains(address.utf8.count)
      && address.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") }
  }
}
