import Foundation
import NotificationModel
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("Mails as Python's email package reads them", .requires(.python)) struct MailMessageTests {
  private func read(_ mail: MailMessage) throws -> MailReading { try #require(try MailReading.read([mail]).first) }

  @Test func `every field and both parts`() throws {
    let content = EmailContent(
      subject: "주문이 도착했습니다", html: "<p>안녕 = \"하세요\"</p>\n", text: "hello\n\n.\nFrom here \r\nend")
    let mail = try MailFixture.mail(content)
    #expect(mail.envelopeFrom == "bounce+\(MailFixture.id)@bounces.example.com")
    #expect(mail.envelopeTo == "kim@example.org")
    let reading = try read(mail)
    #expect(reading.faults == [])
    #expect(reading.from == [["봉수 알림", "news@mail.example.com"]])
    #expect(reading.to == [["", "kim@example.org"]])
    #expect(reading["Reply-To"] == ["help@example.com"])
    #expect(reading["Subject"] == ["주문이 도착했습니다"])
    #expect(reading.date == 1_795_507_200)
    #expect(reading["Message-ID"] == ["<\(MailFixture.id)@mail.example.com>"])
    #expect(reading["MIME-Version"] == ["1.0"])
    #expect(reading["Auto-Submitted"] == ["auto-generated"])
    #expect(reading["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"])
    #expect(reading["Feedback-ID"] == ["news:bongsu"])
    #expect(reading.headers.count == Set(reading.headers.map { $0[0].lowercased() }).count)
    #expect(reading.kind == "multipart/alternative")
    #expect(reading.parts.map(\.kind) == ["text/plain", "text/html"])
    #expect(reading.parts.map(\.charset) == ["utf-8", "utf-8"])
    #expect(reading.parts.map(\.encoding) == ["quoted-printable", "base64"])
    #expect(reading.parts[0].text == "hello\r\n\r\n.\r\nFrom here \r\nend")
    #expect(reading.parts[1].text == "<p>안녕 = \"하세요\"</p>\r\n")
    let body = String(decoding: mail.bytes, as: UTF8.self)
    #expect(!body.contains("\r\n.\r\n") && !body.contains("\r\nFrom here"))
  }

  @Test func `one click unsubscribes from this delivery's category, but not from receipts`() throws {
    let readings = try MailReading.read([
      MailFixture.mail(), MailFixture.mail(category: "receipts"), MailFixture.mail { $0.unsubscribe = nil },
    ])
    let link = try #require(readings[0]["List-Unsubscribe"].first?.wholeMatch(of: /<https:\/\/example\.com\/u\/(.*)>/))
    let secret = MailFixture.settings.unsubscribe?.secret ?? ""
    #expect(UnsubscribeToken.deliveryID(of: link.1, secret: secret) == MailFixture.id)
    #expect(UnsubscribeToken.deliveryID(of: link.1, secret: "another") == nil)
    for reading in readings[1...] {
      #expect(reading["List-Unsubscribe"] == [] && reading["List-Unsubscribe-Post"] == [])
    }
  }

  @Test func `one part alone, and empty ones`() throws {
    let cases: [(EmailContent, kind: String, text: String)] = [
      (EmailContent(subject: "s", text: "t"), "text/plain", "t\r\n"),
      (EmailContent(subject: "s", html: "<b>한글</b>"), "text/html", "<b>한글</b>"),
      (EmailContent(subject: "s", html: "<b>h</b>", text: ""), "text/html", "<b>h</b>\r\n"),
      (EmailContent(subject: "s", html: "", text: "t"), "text/plain", "t\r\n"),
      (EmailContent(subject: "", html: "", text: ""), "text/plain", "\r\n"),
      (EmailContent(subject: "s", html: ""), "text/html", "\r\n"),
    ]
    let readings = try MailReading.read(cases.map { try MailFixture.mail($0.0) })
    for (expected, reading) in zip(cases, readings) {
      #expect(reading.faults == [])
      #expect(reading["Subject"] == [expected.0.subject])
      #expect(reading.parts.map(\.kind) == [expected.kind])
      #expect(reading.parts.map(\.text) == [expected.text])
    }
  }

  @Test func `long subjects in Korean, and ones that are hard to fold`() throws {
    let subjects = [
      String(repeating: "가나다라마바사 아자차카타파하 ", count: 40) + "끝", String(repeating: "👨‍👩‍👧‍👦", count: 30),
      "e" + String(repeating: "\u{301}", count: 100), String(repeating: "ASCII and no end ", count: 60) + ".",
      String(repeating: "x", count: 2_000), "=?UTF-8?B?7ZWc?= is not decoded", " spaces  around ", "a: b; \"c\" <d>",
      String(repeating: "한", count: 13), String(repeating: "한", count: 14), "한\u{0}글".replacing("\u{0}", with: " "),
    ]
    let mails = try subjects.map { try MailFixture.mail(EmailContent(subject: $0, text: "t")) }
    for (subject, reading) in zip(subjects, try MailReading.read(mails)) {
      #expect(reading.faults == [])
      #expect(reading["Subject"].map { Array($0.unicodeScalars) } == [Array(subject.unicodeScalars)])
    }
  }

  @Test func `names that are seen, long and odd`() throws {
    let names = [
      "봉수 알림", "A \"B\" \\C, <d@e.kr>; (f)", "=?UTF-8?B?7ZWc?= is not decoded", String(repeating: "가", count: 40),
      String(repeating: "long ", count: 30) + "name", "", "a\r\nBcc: x@y.kr",
    ]
    let mails = try names.map { name in try MailFixture.mail { $0.displayName = name } }
    for (name, reading) in zip(names, try MailReading.read(mails)) {
      #expect(reading.faults == [])
      #expect(reading.from == [[name.replacing("\r\n", with: " "), "news@mail.example.com"]])
    }
  }

  @Test func `an html of a megabyte`() throws {
    let korean = String(repeating: "<p>안녕하세요, 봉수입니다.</p>\n", count: 26_000)
    let ascii = String(repeating: "<td style=\"color:red\">A cell in a long, long row</td>", count: 20_000)
    let readings = try MailReading.read(
      [korean, ascii].map { try MailFixture.mail(EmailContent(subject: "s", html: $0, text: "t")) })
    #expect(readings.map(\.faults) == [[], []])
    #expect(readings.map { $0.parts[1].encoding } == ["base64", "quoted-printable"])
    #expect(readings[0].parts[1].text == korean.replacing("\n", with: "\r\n"))
    #expect(readings[1].parts[1].text == ascii)
  }
}
