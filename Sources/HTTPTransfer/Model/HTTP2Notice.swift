/// What libcurl says of HTTP/2 in its texts for people, and nowhere else: which of a connection's requests a server that
/// goes away has not worked on. A text that another version words otherwise proves nothing, and then nothing is taken as
/// not sent.
enum HTTP2Notice: Equatable {
  /// The request's own number on its connection.
  case stream(UInt32)
  /// GOAWAY: what has a higher number was not worked on, and will not be (RFC 9113, 6.8).
  case goAway(last: UInt32)

  init?(_ text: some BidirectionalCollection<UInt8>) {
    // Most texts are of other kinds, and some hold secrets: nothing more is looked at.
    switch text.first {
    case UInt8(ascii: "U"):
      guard let number = Self.number(text, behind: Self.streamText) else { return nil }
      self = .stream(number)
    case UInt8(ascii: "r"):
      guard text.starts(with: Self.goAwayText) || text.starts(with: Self.goAwayTextRight) else { return nil }
      guard let place = text.lastIndex(of: UInt8(ascii: "=")) else { return nil }
      guard let number = Self.number(text[text.index(after: place)...], behind: []) else { return nil }
      self = .goAway(last: number)
    default: return nil
    }
  }

  private static let streamText = Array("Using Stream ID: ".utf8)
  /// As 7.88 spells it.
  private static let goAwayText = Array("recveived GOAWAY, error=".utf8)
  private static let goAwayTextRight = Array("received GOAWAY, error=".utf8)

  private static func number(_ text: some BidirectionalCollection<UInt8>, behind start: [UInt8]) -> UInt32? {
    guard text.starts(with: start) else { return nil }
    let digits = text.dropFirst(start.count).prefix { (0x30...0x39).contains($0) }
    return UInt32(String(decoding: digits, as: UTF8.self))
  }
}
