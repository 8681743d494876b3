import Foundation
import NotificationModel
import Signing
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("Random mails", .requires(.python)) struct RandomMailTests {
  private struct Question: Encodable {
    let records: [String: String]
    let messages: [Data]
  }

  private struct Case {
    var subject = ""
    var name: String?
    var text: String?
    var html: String?
  }

  private static let words = [
    "a", "Word", " ", "  ", "한글", "가", "👩🏽‍💻", "é", "e\u{301}", "=", "=?", "?=", ".", "\"", "\\", "<", ">", ",", ";", "@",
    "(",
    "\t", "\r", "\n", "\r\n", "\u{0}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{200B}", "\u{10FFFF}", "From ",
    "\nFrom ", "\n.\n", "--=_", " \n", "longerwordthatiscopiedagainandagain", "\r\nBcc: x@y.kr",
  ]

  private static func text(_ most: Int, using random: inout SeededGenerator) -> String {
    (0..<Int.random(in: 0...most, using: &random)).map { _ in words.randomElement(using: &random)! }.joined()
  }

  private static func cases(_ count: Int, seed: UInt64) -> [Case] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      var made = Case(subject: text(40, using: &random))
      if Bool.random(using: &random) { made.name = text(20, using: &random) }
      if Bool.random(using: &random) { made.text = text(200, using: &random) }
      if made.text == nil || Bool.random(using: &random) { made.html = text(200, using: &random) }
      return made
    }
  }

  /// Of its own making, for what the code under test also does: one space for controls.
  private static func shown(_ text: String) -> [Unicode.Scalar] {
    var shown: [Unicode.Scalar] = []
    var wasControl = false
    for scalar in text.unicodeScalars {
      let isControl =
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
      if !isControl {
        if wasControl, !shown.isEmpty { shown.append(" ") }
        shown.append(scalar)
      }
      wasControl = isControl
    }
    return shown
  }

  private static func withCRLF(_ text: String) -> String {
    String(decoding: text.utf8, as: UTF8.self).replacing(/\r\n|\r|\n/.matchingSemantics(.unicodeScalar), with: "\r\n")
  }

  @Test(arguments: [1, 2, 3]) func `come back as they were, and are signed`(seed: UInt64) throws {
    let (rsa, ed25519) = (try TestKey.rsa(), try TestKey.ed25519())
    let cases = Self.cases(60, seed: seed)
    let mails = try cases.map { made in
      try MailFixture.mail(EmailContent(subject: made.subject, html: made.html, text: made.text)) {
        $0.displayName = made.name
        $0.dkim = [
          DKIMSettings(domain: "example.com", selector: "r", key: rsa.pem),
          DKIMSettings(domain: "example.com", selector: "e", key: ed25519.pem),
        ]
      }
    }
    for (made, reading) in zip(cases, try MailReading.read(mails)) {
      #expect(reading.faults == [])
      #expect(reading["Subject"].map { Array($0.unicodeScalars) } == [Self.shown(made.subject)])
      #expect(reading["Bcc"] == [])
      #expect(reading.from.map { $0[1] } == ["news@mail.example.com"])
      #expect(reading.from.map { Array($0[0].unicodeScalars) } == [Self.shown(made.name ?? "")])
      let given = [made.text, made.html].compactMap { $0.map(Self.withCRLF) }
      let expected = given.contains("") ? Array(([given.first { !$0.isEmpty } ?? ""])) : given
      let parts = reading.parts.map(\.text)
      if expected.count == 1 {
        #expect(parts == expected || parts == [expected[0] + "\r\n"])
      } else {
        #expect(parts == expected)
      }
    }
    let records = [
      "r._domainkey.example.com": try rsa.record("rsa"), "e._domainkey.example.com": try ed25519.record("ed25519"),
    ]
    let verdicts: [[Bool]] = try PythonPackages.call(
      "dkim_check.py", Question(records: records, messages: mails.map { Data($0.bytes) }))
    #expect(verdicts == Array(repeating: [true, true], count: mails.count))
  }
}
