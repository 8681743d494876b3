public import NotificationModel

/// One mail that came to the stand-in, and what was decided on it.
public struct SMTPDelivery: Sendable {
  /// Of `MAIL FROM`, without brackets; empty for a bounce.
  public let from: String
  /// Of each `RCPT TO` that was taken.
  public let to: [String]
  /// What the client calls itself.
  public let hello: String
  /// Who is logged in.
  public let user: String?
  public let isEncrypted: Bool
  /// As it was before dots were doubled; lines end in CRLF.
  public let bytes: [UInt8]
  /// When its last line was there.
  public let time: UnixTime
  /// The connection's number, from 1.
  public let connection: Int
  /// The reply to the end of the data; nil where there is none.
  public let status: Int?
  /// What happened to it or its answer.
  public let misbehaviour: Misbehaviour?
  /// A mailbox has it, whether the answer arrived or not.
  public let isAccepted: Bool

  /// Fields in their order, unfolded.
  public var headers: [(name: String, value: String)] { MailHead(bytes).fields }

  /// The first of that name, in any case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Without its brackets.
  public var messageID: String? {
    header("Message-ID").map { $0.filter { $0 != "<" && $0 != ">" && $0 != " " } }
  }

  /// What our mails have on Message-ID's left side; else a hash of the recipients and the mail.
  public var deliveryID: String {
    if let id = messageID?.split(separator: "@").first, id.utf8.count == 36 { return String(id) }
    return DeliveryTally.hash(to.joined(separator: ",") + "\n" + String(decoding: bytes, as: UTF8.self))
  }

  /// What follows the first empty line.
  public var body: ArraySlice<UInt8> { bytes[MailHead(bytes).end...] }
}

/// The fields that a mail begins with.
struct MailHead {
  private(set) var fields: [(name: String, value: String)] = []
  /// Where the body begins.
  private(set) var end: Int

  init(_ bytes: [UInt8]) {
    end = bytes.count
    var start = 0
    while start < bytes.count {
      let next = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
      let line = String(decoding: bytes[start..<next].filter { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
      start = next
      if line.isEmpty {
        end = next
        return
      }
      add(line)
    }
  }

  private mutating func add(_ line: String) {
    if let first = line.first, first == " " || first == "\t" {
      if !fields.isEmpty { fields[fields.count - 1].value += line }
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      fields.append((String(line[..<colon]), String(value)))
    }
  }
}
