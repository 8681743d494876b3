/// A mail as it goes on its way: to whom, from whom for the servers, and its exact bytes.
public struct MailMessage: Sendable, Equatable {
  /// Of `MAIL FROM`: where bounces go.
  public let envelopeFrom: String
  /// Of `RCPT TO`. Both addresses are printable ASCII without brackets.
  public let envelopeTo: String
  /// RFC 5322: CRLF at the end of each line, the last one too; 7 bit; dots not doubled.
  public let bytes: [UInt8]

  public init(envelopeFrom: String, envelopeTo: String, bytes: [UInt8]) {
    (self.envelopeFrom, self.envelopeTo, self.bytes) = (envelopeFrom, envelopeTo, bytes)
  }
}
