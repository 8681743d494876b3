import Runtime
import Testing

@testable import HTTPTransfer

@Suite("A mail for SMTP") struct SMTPMailTests {
  @Test(
    arguments: [
      "", "a", "a@", "@b", "a@b\r\nRCPT TO:<c@d>", "a@b\n", "a@b\r", "a@b\u{0}", "<a@b>", "a@b>", "a b@c", "a@b ",
      "é@b.c",
      "a@bücher.example", "a@b\t", "a@b\u{7F}", "\"a b\"@c", "\u{202E}a@b", String(repeating: "a", count: 253) + "@b",
    ])
  func `has addresses that hold nothing but themselves`(address: String) {
    #expect(SMTPMail(from: address, to: "a@b.c", bytes: [13, 10]).fault?.message == "the sender's address is none")
    let fault = SMTPMail(from: "a@b.c", to: address, bytes: [13, 10]).fault
    #expect(fault?.code == .invalidMail && fault?.message == "the recipient's address is none")
    #expect(fault?.disposition == .reject("the recipient's address is none") && fault?.mayHaveArrived == false)
  }

  @Test(
    arguments: [
      "a@b", "first.last+tag=x@mail.example.com", "bounce-1=user=example.org@b.example", "\"a\"@b", "a@[127.0.0.1]",
      "\"a@b\"@c", String(repeating: "a", count: 252) + "@b",
    ])
  func `may have these`(address: String) {
    #expect(SMTPMail(from: address, to: address, bytes: [13, 10]).fault == nil)
  }

  @Test(
    arguments: [
      "", "a", "a\r", "a\n", "a\n\r", "a\nb\r\n", "a\rb\r\n", "a\r\r\n", "\n\r\n", "a\r\n\n", "a\u{0}b\r\n", "a\r\n\r",
    ])
  func `has lines that end with CRLF alone, also the last`(text: String) {
    #expect(SMTPMail(from: "a@b", to: "a@b", bytes: Array(text.utf8)).fault?.code == .invalidMail)
  }

  @Test(arguments: ["\r\n", "a\r\n", ".\r\n", "\r\n.\r\n", "a\r\n\r\n", "é\t\u{1}\r\n"])
  func `may have these lines`(text: String) {
    #expect(SMTPMail(from: "a@b", to: "a@b", bytes: Array(text.utf8)).fault == nil)
  }
}
