import Testing

@testable import HTTPTransfer

@Suite("An SMTP reply") struct SMTPReplyTests {
  @Test(
    arguments: [
      ("250 2.0.0 Ok", 250, SMTPStatus(2, 0, 0), "Ok"),
      ("550 5.1.1 <a@b>: who?", 550, SMTPStatus(5, 1, 1), "<a@b>: who?"),
      ("550 5.7.515", 550, SMTPStatus(5, 7, 515), ""), ("250", 250, nil, ""), ("250 ", 250, nil, ""),
      ("550 no", 550, nil, "no"), ("550 4.1.1 no", 550, nil, "no"), ("550 5.1 no", 550, nil, "5.1 no"),
      ("550 5.1.1.1 no", 550, nil, "5.1.1.1 no"), ("550 5.1.1234 no", 550, nil, "5.1.1234 no"),
      ("550 5..1 no", 550, nil, "5..1 no"), ("550 3.1.1 no", 550, nil, "3.1.1 no"),
      ("550 15.1.1 no", 550, nil, "15.1.1 no"),
      ("550 5.1.1:no", 550, nil, "5.1.1:no"), ("550 5.é.1 no", 550, nil, "5..1 no"), ("550  5.1.1", 550, nil, " 5.1.1"),
    ] as [(String, Int, SMTPStatus?, String)])
  func `has a code, and a status of the same kind where it starts with one`(
    line: String, code: Int, status: SMTPStatus?, text: String
  ) throws {
    for end in ["\r\n", "\n", "", "\r\r\n"] {
      let reply = try #require(SMTPReply(line: Array((line + end).utf8)))
      #expect(reply.code == code && reply.status == status && reply.text == text && reply.isWhole)
    }
  }

  @Test(arguments: ["", "\r\n", "25", "25 x", "a50 no", "2500 no", "250x", " 250 x", "٢٥٠ x", "250\u{0}"])
  func `is none where there is no code`(line: String) { #expect(SMTPReply(line: Array(line.utf8)) == nil) }

  @Test func `goes on behind a dash, and its first status counts`() throws {
    var reply = try #require(SMTPReply(line: Array("550-5.1.1 one".utf8)))
    #expect(!reply.isWhole)
    reply.add(try #require(SMTPReply(line: Array("550-5.1.2 two".utf8))))
    #expect(!reply.isWhole && reply.status == SMTPStatus(5, 1, 1))
    reply.add(try #require(SMTPReply(line: Array("550 three".utf8))))
    #expect(reply.isWhole && reply.status == SMTPStatus(5, 1, 1) && reply.text == "three")
  }

  @Test func `keeps printable ASCII alone, and no more than there is room for`() throws {
    let line = "250 \u{1B}[2Ja\tb" + String(repeating: "x", count: 1_000)
    let text = try #require(SMTPReply(line: Array(line.utf8))).text
    #expect(text.hasPrefix("[2Jabx") && text.utf8.count == SMTPReply.textLimit - 2)
  }
}
