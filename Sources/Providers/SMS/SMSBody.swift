import Foundation

enum SMSBody {
  /// Members in the order of their names, so that a request can be compared.
  static func json(_ body: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(body) else { preconditionFailure("texts and numbers are always JSON") }
    return Array(data)
  }

  /// `application/x-www-form-urlencoded`.
  static func form(_ members: [(name: String, value: String)]) -> [UInt8] {
    Array(members.map { "\(percent($0.name))=\(percent($0.value))" }.joined(separator: "&").utf8)
  }

  /// All but RFC 3986's unreserved.
  static func percent(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}
