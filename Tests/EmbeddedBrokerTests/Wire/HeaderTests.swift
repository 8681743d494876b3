import Testing

@testable import EmbeddedBroker

@Suite struct HeaderTests {
  private static let client: [UInt8] = [0, 2, 0x6D, 0x65]

  private func header(_ bytes: [UInt8]) throws -> (header: RequestHeader, left: Int, isFlexible: Bool) {
    var reader = WireReader(bytes.span.bytes)
    let header = try RequestHeader(&reader)
    return (header, reader.remaining, reader.isFlexible)
  }

  @Test func `a classic header ends with the client's id`() throws {
    let read = try header([0, 12, 0, 3, 0, 0, 0, 9] + Self.client + [1, 2])
    #expect(read.header.key == 12 && read.header.version == 3 && read.header.correlationID == 9)
    #expect(read.header.clientID == "me" && read.left == 2 && !read.isFlexible)
  }

  @Test func `a flexible header has tags and a short client's id`() throws {
    let read = try header([0, 12, 0, 4, 0, 0, 0, 9] + Self.client + [0, 1])
    #expect(read.header.clientID == "me" && read.left == 1 && read.isFlexible)
  }

  @Test func `an API or version that is not known leaves the body unread`() throws {
    let bytes: [UInt8] = [0, 18, 0, 99, 0, 0, 0, 9, 0xFF, 0xFF, 5, 6]
    #expect(try header(bytes).left == 2)
    #expect(try header([0x7F, 0x7F] + bytes.dropFirst(2)).header.key == 0x7F7F)
  }

  @Test func `the answer to ApiVersions has a classic header in every version`() throws {
    let bytes = try APIVersionsAPI.encode(.init(), version: 4, correlationID: 3).joined()
    #expect(Array(bytes.prefix(7)) == [0, 0, 0, 3, 0, 0, 1])
    let heartbeat = try HeartbeatAPI.encode(.init(), version: 4, correlationID: 3).joined()
    #expect(Array(heartbeat.prefix(5)) == [0, 0, 0, 3, 0])
  }
}
