import Foundation
import NotificationModel
import Worker

/// A mail's MIME part (RFC 2045, 2046): one text, or the same in two forms, of which the last one is the better.
struct MailBody {
  let header: [UInt8]
  let bytes: [UInt8]

  /// - Parameter id: for the boundary between parts.
  init(_ content: EmailContent, id: String) throws(SendFailure) {
    let given = [("plain", content.text), ("html", content.html)].compactMap { kind, text in text.map { (kind, $0) } }
    guard let first = given.first else { throw SendFailure(.permanent, code: "EMPTY_EMAIL") }
    // An empty form would be what somebody sees.
    let filled = given.filter { !$0.1.isEmpty }
    guard filled.count > 1 else {
      (header, bytes) = try Self.part(filled.first ?? first)
      return
    }
    // No base 64 or quoted-printable text has "=_".
    let boundary = "=_\(id)"
    var lines = HeaderLines()
    try lines.add("Content-Type", parts: ["multipart/alternative;", "boundary=\"\(boundary)\""])
    var bytes: [UInt8] = []
    for form in filled {
      let part = try Self.part(form)
      bytes += Array("--\(boundary)\r\n".utf8) + part.header + [0x0D, 0x0A] + part.bytes
    }
    (header, self.bytes) = (lines.bytes, bytes + Array("--\(boundary)--\r\n".utf8))
  }

  private static func part(_ form: (kind: String, text: String)) throws(SendFailure) -> (
    header: [UInt8], bytes: [UInt8]
  ) {
    let text = withCRLF(form.text)
    let isShort = QuotedPrintable.isShort(text)
    var lines = HeaderLines()
    try lines.add("Content-Type", "text/\(form.kind); charset=utf-8")
    try lines.add("Content-Transfer-Encoding", isShort ? "quoted-printable" : "base64")
    return (lines.bytes, (isShort ? QuotedPrintable.encode(text) : base64(text)) + [0x0D, 0x0A])
  }

  private static func base64(_ text: [UInt8]) -> [UInt8] {
    Array(
      Data(text).base64EncodedData(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
    )
  }

  /// However the text's lines end.
  static func withCRLF(_ text: String) -> [UInt8] {
    var lines: [UInt8] = []
    lines.reserveCapacity(text.utf8.count + 256)
    var last: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case 0x0A where last == 0x0D: break
      case 0x0A, 0x0D: lines += [0x0D, 0x0A]
      default: lines.append(byte)
      }
      last = byte
    }
    return lines
  }
}
