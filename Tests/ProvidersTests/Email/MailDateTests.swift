import NotificationModel
import Testing

@testable import Providers

@Suite("Dates of mails") struct MailDateTests {
  /// As `date -u -R -d @…` writes them.
  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400_999, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (1_764_000_000_000, "Mon, 24 Nov 2025 16:00:00 +0000"), (4_102_444_799_000, "Thu, 31 Dec 2099 23:59:59 +0000"),
    (-5_000, "Thu, 01 Jan 1970 00:00:00 +0000"),
  ])
  func `are RFC 5322's`(milliseconds: Int64, text: String) {
    #expect(MailDate.text(UnixTime(milliseconds: milliseconds)) == text)
  }
}
