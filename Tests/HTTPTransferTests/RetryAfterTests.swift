import CCurl
import Testing

@testable import HTTPTransfer

@Suite("How long a server asks to wait") struct RetryAfterTests {
  /// 6 November 1994, 08:49:37.
  private static let example: Int64 = 784_111_777

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ])
  func `a date is read in the three forms of RFC 9110`(text: String) {
    #expect(HTTPDate.parse(text, now: Self.example) == Self.example)
  }

  @Test func `dates on both sides of what a calendar is known for`() {
    #expect(HTTPDate.parse("Thu, 01 Jan 1970 00:00:00 GMT", now: 0) == 0)
    #expect(HTTPDate.parse("Wed, 31 Dec 1969 23:59:59 GMT", now: 0) == -1)
    #expect(HTTPDate.parse("Tue, 29 Feb 2028 00:00:00 GMT", now: 0) == 1_835_395_200)
    #expect(HTTPDate.parse("Fri, 31 Dec 9999 23:59:59 GMT", now: 0) == 253_402_300_799)
    // 60 is a leap second, which the machine's clock does not have.
    #expect(HTTPDate.parse("Sat, 31 Dec 2016 23:59:60 GMT", now: 0) == 1_483_228_799)
  }

  @Test func `a year of two digits is none that is over 50 years ahead`() {
    let now: Int64 = 1_795_000_000  // in 2026
    #expect(HTTPDate.parse("Friday, 01-Jan-27 00:00:00 GMT", now: now) == 1_798_761_600)
    #expect(HTTPDate.parse("Friday, 01-Jan-77 00:00:00 GMT", now: now) == 220_924_800)
    #expect(HTTPDate.parse("Friday, 31-Dec-99 00:00:00 GMT", now: now) == 946_598_400)
  }

  @Test(arguments: [
    "", "soon", "-5", "1.5", "0x10", "12 s", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 KST",
    "06 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nxv 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2027 00:00:00 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:-1:+3 GMT",
    "Sunday, 06-Nov-9x 08:49:37 GMT", "Sun Nov  6 08:49:37 94",
  ])
  func `what is neither is no wish, and does no harm`(text: String) {
    #expect(HTTPDate.parse(text, now: Self.example) == nil)
    #expect(wait(text, now: Self.example) == nil)
  }

  /// As a provider hears of it: through the end of a transfer.
  private func wait(_ header: String, now: Int64, most: Duration = .seconds(86_400)) -> Duration? {
    let end = TransferEnd(code: CURLE_OK, status: 503, wasSent: true, isOverLimit: false, wasForbidden: false)
    return try? end.result(headers: ["retry-after": header], body: [], now: now).get().retryAfter(most: most)
  }

  @Test func `seconds and dates are the same wish, at most as long as is waited, and what is over is now`() {
    #expect(wait("120", now: 0) == .seconds(120))
    #expect(wait("Sun, 06 Nov 1994 08:49:37 GMT", now: Self.example - 120) == .seconds(120))
    #expect(wait("Sun, 06 Nov 1994 08:49:37 GMT", now: Self.example + 120) == .zero)
    #expect(wait("Fri, 31 Dec 9999 23:59:59 GMT", now: Self.example) == .seconds(86_400))
    for long in ["86401", "9223372036854775807", "9223372036854775808", String(repeating: "9", count: 400)] {
      #expect(wait(long, now: 0) == .seconds(86_400))
    }
    #expect(wait("301", now: 0, most: .seconds(300)) == .seconds(300))
    #expect(HTTPResponse(status: 503).retryAfter(most: .seconds(1)) == nil)
  }
}
