import Foundation
import TestSupport
import Testing

@testable import EmbeddedBroker

/// A message as Kafka's own schemas write it; see Fixtures/MakeMessages.java.
struct MessageFixture: CustomTestStringConvertible {
  let key: APIKey
  let isRequest: Bool
  let version: Int16
  let bytes: [UInt8]

  var testDescription: String { "\(key) \(isRequest ? "request" : "response") \(version)" }

  /// All messages of versions that are spoken here.
  static let all: [MessageFixture] = {
    let path = Repository.file("Tests/EmbeddedBrokerTests/Wire/Fixtures/messages.txt")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard let key = Int16(words[0]).flatMap(APIKey.init), let version = Int16(words[2]) else { return nil }
      let fixture = MessageFixture(
        key: key, isRequest: words[1] == "request", version: version, bytes: bytes(hexadecimal: words[3]))
      return key.api.versions.contains(version) ? fixture : nil
    }
  }()

  private static func bytes(hexadecimal text: Substring) -> [UInt8] {
    let digits = text.utf8.map { UInt8($0 > 0x39 ? $0 - 0x57 : $0 - 0x30) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// Reads `bytes` as this message and writes what was read.
  func passThrough(_ bytes: [UInt8]) throws -> [UInt8] {
    func pass<API: WireAPI>(_ api: API.Type) throws -> [UInt8] {
      isRequest ? try copy(bytes, through: API.Request(), api) : try copy(bytes, through: API.Response(), api)
    }
    return try pass(key.api)
  }

  private func copy(_ bytes: [UInt8], through empty: some WireMessage, _ api: any WireAPI.Type) throws -> [UInt8] {
    var message = empty
    let isFlexible = api.isFlexible(version)
    var reader = WireReader(bytes.span.bytes, version: version, isFlexible: isFlexible)
    try message.fields(&reader)
    try reader.expectEnd()
    var writer = WireWriter(version: version, isFlexible: isFlexible)
    try message.fields(&writer)
    return Array(writer.finish().joined())
  }
}
