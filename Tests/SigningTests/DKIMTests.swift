import Foundation
import TestSupport
import Testing

@testable import Signing

@Suite("DKIM as dkimpy verifies it", .requires(.python)) struct DKIMOracleTests {
  private let keys: (rsa: TestKey, ed25519: TestKey)
  private let signers: [DKIMSigner]

  init() throws {
    keys = (try TestKey.rsa(), try TestKey.ed25519())
    signers = [
      try DKIMSigner(domain: "mail.example.com", selector: "r2026", pem: keys.rsa.pem),
      try DKIMSigner(domain: "mail.example.com", selector: "e2026", pem: keys.ed25519.pem),
    ]
  }

  private struct Question: Encodable {
    let records: [String: String]
    let messages: [Data]
  }

  private func verdicts(_ messages: [[UInt8]]) throws -> [[Bool]] {
    let records = [
      "r2026._domainkey.mail.example.com": try keys.rsa.record("rsa"),
      "e2026._domainkey.mail.example.com": try keys.ed25519.record("ed25519"),
    ]
    return try PythonPackages.call("dkim_check.py", Question(records: records, messages: messages.map { Data($0) }))
  }

  private func signed(_ text: String) throws -> [UInt8] {
    try DKIM.sign(Array(text.utf8), by: signers, at: 1_764_000_000)
  }

  private static let plain = """
    From: "B" <b@mail.example.com>\r
    To: <a@example.org>\r
    Subject:   a  subject\r
    \tthat is   folded \r
    List-Unsubscribe: <https://example.com/u/abc>\r
    List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
    \r
    Hello \t  you \r
    \r
     there\t\r
    \r
    \r

    """

  @Test func `both signatures hold over bodies of all kinds`() throws {
    let head = "From: b@mail.example.com\r\n"
    let bodies = ["", "\r\n", "\r\n\r\n", " \r\n", "a", "a\r\n", "a \r\n\r\n \t\r\n", "\r\n\r\na\t b\r\n", " a\rb\r\n"]
    let messages = [Self.plain] + bodies.map { head + "\r\n" + $0 }
    let verdicts = try verdicts(try messages.map(signed))
    #expect(verdicts == Array(repeating: [true, true], count: messages.count))
  }

  @Test func `what servers may change does not count, and anything else does`() throws {
    let text = String(decoding: try signed(Self.plain), as: UTF8.self)
    func with(_ old: String, _ new: String) throws -> [UInt8] {
      try #require(text.contains(old))
      return Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    }
    let harmless = [
      try with("Subject:   a  subject\r\n\tthat", "subject: a subject that"), try with("you \r\n", "you\r\n"),
      Array((text + "\r\n\r\n").utf8), Array(("Received: from here\r\n" + text).utf8),
    ]
    let harmful = [
      try with("Hello", "hello"), try with("a  subject", "asubject"), try with("<a@", "<c@"),
      try with("From: \"B\"", "From: <x@example.com>\r\nFrom: \"B\""), try with("To: <", "To: <x@x.kr>\r\nTo: <"),
      try with("\r\nSubject:", "\r\nSubject: other\r\nSubject:"), try with("u/abc", "u/abd"),
      try with("=One-Click", "=Two-Clicks"), try with("\r\nList-Unsubscribe:", "\r\nX-List-Unsubscribe:"),
      try with("t=1764000000", "t=1764000001"),
    ]
    #expect(try verdicts(harmless) == Array(repeating: [true, true], count: harmless.count))
    let judged = try verdicts(harmful)
    #expect(judged.dropLast() == Array(repeating: [false, false], count: harmful.count - 1)[...])
    #expect(judged.last == [false, true], "only the first one's time was changed")
  }

  @Test func `of several fields with one name each is signed`() throws {
    let message = "Reply-To: a@b.kr\r\nFrom: b@mail.example.com\r\nReply-To: c@d.kr\r\nTo: x@y.kr\r\nTo: z@y.kr\r\n\r\n"
    #expect(try verdicts([signed(message)]) == [[true, true]])
  }

  /// A last line without an end is none of mail's, and dkimpy takes it differently.
  @Test func `random messages hold`() throws {
    var random = SeededGenerator(seed: 11)
    let alphabet = ["a", "B", " ", "  ", "\t", "\r\n", "\r\n\r\n", "=", ".", "한", "\r\n.", ";", ":"]
    let messages = try (0..<200).map { _ in
      let words = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      let subject = words.filter { !$0.utf8.contains(0x0A) }.joined()
      return try signed("Subject: \(subject)\r\nFrom: b@mail.example.com\r\nTo:a@b.kr\r\n\r\n\(words.joined())\r\n")
    }
    let wrong = zip(messages, try verdicts(messages)).filter { $1 != [true, true] }
    #expect(wrong.map { String(decoding: $0.0, as: UTF8.self).components(separatedBy: "Subject:").last! } == [])
  }
}

@Suite("DKIM's form and limits") struct DKIMFormTests {
  /// RFC 6376, section 3.4.5, but for the space before a colon, which nothing of ours writes.
  @Test func `the standard's example`() throws {
    let mail = try MailFields(Array("A: X\r\nB: Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n".utf8))
    let header = mail.fields.map { String(decoding: RelaxedForm.field($0.name, $0.value), as: UTF8.self) }
    #expect(header == ["a:X", "b:Y Z"])
    #expect(String(decoding: RelaxedForm.body(mail.body), as: UTF8.self) == " C\r\nD E\r\n")
  }

  @Test func `lines are short, and the signed names stand in h=`() throws {
    let signer = try DKIMSigner(domain: "example.com", selector: "s", pem: TestKey.rsa().pem)
    let message = DKIM.fields.map { "\($0): x\r\n" }.joined() + "\r\nbody"
    let signed = String(decoding: try DKIM.sign(Array(message.utf8), by: [signer], at: 1), as: UTF8.self)
    #expect(signed.hasSuffix(message))
    #expect(signed.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    let names = try #require(signed.replacing(/\s/, with: "").firstMatch(of: /h=(.*?);/)).1.split(separator: ":")
    let expected = DKIM.fields.map { $0.lowercased() } + ["from", "to", "subject"]
    #expect(names.map(String.init).sorted() == expected.sorted())
  }

  @Test func `a name that is left out is not signed`() throws {
    let signer = try DKIMSigner(domain: "example.com", selector: "s", pem: TestKey.ed25519().pem)
    let message = Array("From: a@b.kr\r\nDate: now\r\n\r\n".utf8)
    let signed = String(decoding: try DKIM.sign(message, by: [signer], fields: ["From"], at: 1), as: UTF8.self)
    #expect(signed.contains("h=from:from;"))
    #expect(try DKIM.sign(message, by: [], at: 1) == message)
  }

  @Test(arguments: [
    "", "From: a@b.kr", "From: a@b.kr\r\n", "From: a@b.kr\n\n", "From: a@b.kr\r\nno field\r\n\r\n",
    "To: a@b.kr\r\n\r\n",
    "From: a@b.kr\r\nX: a\nFrom: c@d.kr\r\n\r\n", "From: a@b.kr\r\nFrom: c@d.kr\r\n\r\n", ": x\r\nFrom: a@b.kr\r\n\r\n",
  ])
  func `what is no message is not signed`(text: String) throws {
    let signer = try DKIMSigner(domain: "example.com", selector: "s", pem: TestKey.ed25519().pem)
    let error = #expect(throws: SigningError.self) { try DKIM.sign(Array(text.utf8), by: [signer], at: 1) }
    #expect(error?.code == .badInput)
  }

  @Test func `a bad key is named, and not shown`() throws {
    let (p256, short) = (try TestKey.p256().pem, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----")
    for pem in [p256, short, ""] {
      let error = #expect(throws: SigningError.self) {
        try DKIMSigner(domain: "example.com", selector: "s1", pem: pem)
      }
      #expect(error?.code == .badKey)
      #expect(error?.message.contains("s1 of example.com") == true)
      #expect(error?.message.contains("c2Vj") == false)
      #expect(error?.message.contains("BEGIN") == false)
    }
  }

  @Test(arguments: [
    "", ".", "a..b", "-a.kr", "a-.kr", "한.kr", "a b", "a;b", "a\r\nb", String(repeating: "a", count: 64),
  ])
  func `what is no name of DNS cannot get into a signature`(name: String) throws {
    let key = try PrivateKey(pem: TestKey.ed25519().pem)
    for (domain, selector) in [(name, "s"), ("example.com", name)] {
      let error = #expect(throws: SigningError.self) {
        try DKIMSigner(domain: domain, selector: selector, key: key)
      }
      #expect(error?.code == .badInput)
    }
  }
}
