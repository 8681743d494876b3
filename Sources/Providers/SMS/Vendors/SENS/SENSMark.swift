import Signing

/// A message of SENS: its call, and which number of it, as a code that nobody can turn back without the account's key. A
/// call's answer names no messages, and numbers have no place in the log.
struct SENSMark {
  let requestID: String
  let number: String

  init(requestID: String, number: String, key: String) {
    (self.requestID, self.number) = (requestID, Self.text(number, key: key))
  }

  init?(_ id: String) {
    let parts = id.split(separator: "~").map(String.init)
    guard parts.count == 2 else { return nil }
    (requestID, number) = (parts[0], parts[1])
  }

  var id: String { "\(requestID)~\(number)" }

  /// - Parameter number: as it is dialled in Korea. 64 bits, of at most a hundred numbers.
  static func text(_ number: String, key: String) -> String {
    String(HMACSHA256.hexadecimal(number, key: key).prefix(16))
  }
}
