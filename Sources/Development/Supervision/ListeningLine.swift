import Foundation

/// The line by which a daemon says where `/metrics`, `/healthz` and `/readyz` answer.
enum ListeningLine {
  /// The port in it; nil for any other line.
  static func port(in line: String) -> UInt16? {
    guard line.contains(#""message":"listening""#),
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
      let port = object["port"] as? String
    else { return nil }
    return UInt16(port)
  }
}
