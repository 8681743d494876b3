import Foundation
import LocalServers
import ProviderSimulators
import TestSupport
import Testing

/// What Python's smtplib and curl make of it.
@Suite("The mail server's stand-in") struct SMTPSimulatorTests {
  private static let mail =
    "From: a@example.com\r\nMessage-ID: <m@example.com>\r\nSubject: s\r\n\r\n.one\r\n..\r\nend\r\n"

  /// Runs lines of Python with a connected `s`; what it prints.
  private func python(_ simulator: SMTPSimulator, _ lines: String, implicit: Bool = false) throws -> [String] {
    let script = """
      import smtplib, ssl, sys
      context = ssl.create_default_context(cafile=sys.argv[2])
      port = int(sys.argv[1])
      s = \(implicit ? "smtplib.SMTP_SSL('localhost', port, context=context)" : "smtplib.SMTP('localhost', port)")
      mail = \(String(reflecting: Self.mail))
      def login():
        s.login("\(SMTPSimulator.user)", "\(SMTPSimulator.password)")
      \(lines)
      """
    let arguments = ["-c", script, "\(simulator.port)", simulator.authorityFile]
    return try ChildProcess.run(ChildCommand("python3", arguments))
  }

  @Test func `a mail comes whole by STARTTLS and a log-in`() throws {
    let simulator = try SMTPSimulator()
    let lines = try python(
      simulator,
      """
      s.starttls(context=context); login()
      print(sorted(s.esmtp_features))
      print(s.sendmail("a@example.com", ["b@example.org", "c@example.org"], mail))
      s.quit()
      """)
    #expect(lines == ["['8bitmime', 'auth', 'enhancedstatuscodes', 'pipelining', 'size']", "{}"])
    let mail = try #require(simulator.received.first)
    #expect(mail.bytes == Array(Self.mail.utf8), "dots are not doubled")
    #expect(mail.from == "a@example.com" && mail.to == ["b@example.org", "c@example.org"])
    #expect(mail.isEncrypted && mail.isAccepted && mail.user == SMTPSimulator.user && mail.status == 250)
    #expect(mail.messageID == "m@example.com" && mail.header("subject") == "s")
    #expect(String(decoding: mail.body, as: UTF8.self) == ".one\r\n..\r\nend\r\n")
    #expect(simulator.counts.accepted == 1)
  }

  @Test func `TLS from the first byte, and both ways to log in`() throws {
    var settings = SMTPSimulator.Settings()
    settings.security = .implicitTLS
    let simulator = try SMTPSimulator(settings)
    let lines = try python(
      simulator,
      """
      s.ehlo(); s.user, s.password = "\(SMTPSimulator.user)", "\(SMTPSimulator.password)"
      print(s.auth("LOGIN", s.auth_login)[0])
      s.close(); s = smtplib.SMTP_SSL('localhost', port, context=context)
      s.ehlo(); s.user, s.password = "\(SMTPSimulator.user)", "\(SMTPSimulator.password)"
      print(s.auth("PLAIN", s.auth_plain)[0])
      s.close(); s = smtplib.SMTP_SSL('localhost', port, context=context)
      s.ehlo(); s.user, s.password = "\(SMTPSimulator.user)", "wrong"
      try: s.auth("PLAIN", s.auth_plain)
      except smtplib.SMTPAuthenticationError as e: print(e.smtp_code, e.smtp_error.decode())
      """, implicit: true)
    #expect(lines == ["235", "235", "535 5.7.8 Authentication credentials invalid"])
  }

  @Test func `what is out of order or too much is refused, with a status of its own`() throws {
    var settings = SMTPSimulator.Settings()
    (settings.sizeMax, settings.recipientsMax) = (500, 2)
    let simulator = try SMTPSimulator(settings)
    simulator.answer(address: "gone@example.org", with: (550, "5.1.1 No such user"))
    let lines = try python(
      simulator,
      """
      def show(a): print(a[0], a[1].decode().split(" ")[0])
      show(s.docmd("MAIL FROM:<a@b.c>")); s.ehlo(); show(s.docmd("MAIL FROM:<a@b.c>")); s.starttls(context=context)
      s.ehlo(); show(s.docmd("MAIL FROM:<a@b.c>")); login()
      show(s.docmd("RCPT TO:<a@b.c>")); show(s.docmd("MAIL FROM:<a@b.c> SIZE=501")); show(s.docmd("MAIL FROM:a@b.c"))
      show(s.docmd("MAIL FROM:<a@b.c>")); show(s.docmd("DATA")); show(s.docmd("RCPT TO:<gone@example.org>"))
      show(s.docmd("RCPT TO:<a>")); s.docmd("RCPT TO:<a@b.c>"); s.docmd("RCPT TO:<b@b.c>")
      show(s.docmd("RCPT TO:<c@b.c>")); show(s.docmd("NONSENSE")); s.rset()
      for text in ["From: a\\r\\n\\r\\n" + "x" * 600, "Subject: no sender\\r\\n\\r\\n"]:
        try: s.sendmail("a@b.c", ["a@b.c"], text)
        except smtplib.SMTPResponseException as e: show((e.smtp_code, e.smtp_error))
        s.rset()
      s.docmd("MAIL FROM:<a@b.c>"); s.docmd("RCPT TO:<a@b.c>"); s.docmd("DATA")
      s.send("From: a\\r\\n\\r\\nbare\\nline\\r\\n.\\r\\n"); show(s.getreply())
      """)
    #expect(
      lines == [
        "503 5.5.1", "530 5.7.0", "530 5.7.0", "503 5.5.1", "552 5.3.4", "501 5.1.7", "250 2.1.0", "554 5.5.1",
        "550 5.1.1", "501 5.1.3", "452 4.5.3", "500 5.5.1", "552 5.3.4", "550 5.7.1", "550 5.6.11",
      ])
    #expect(simulator.counts.accepted == 0)
  }

  @Test func `commands in one packet are answered in order, also when answers are late`() throws {
    let simulator = try SMTPSimulator()
    simulator.setLatency(.milliseconds(5))
    let lines = try python(
      simulator,
      """
      s.starttls(context=context); login()
      s.send("MAIL FROM:<a@b.c>\\r\\nRCPT TO:<a@b.c>\\r\\nRCPT TO:<x>\\r\\nDATA\\r\\n")
      print([s.getreply()[0] for _ in range(4)])
      s.send("From: a\\r\\n\\r\\nhi\\r\\n.\\r\\nNOOP\\r\\nQUIT\\r\\n")
      print([s.getreply()[0] for _ in range(3)])
      """)
    #expect(lines == ["[250, 250, 501, 354]", "[250, 250, 221]"])
    #expect(simulator.received.map(\.to) == [["a@b.c"]])
  }

  @Test(arguments: [
    (SMTPStep.mail, 451), (.recipient, 450), (.data, 452), (.endOfData, 554), (.authentication, 454),
  ]) func `each command can be refused`(step: SMTPStep, code: Int) throws {
    let simulator = try SMTPSimulator()
    simulator.misbehave(.refuse(status: code, reason: "4.0.0 no"), .all, at: step)
    let lines = try python(
      simulator,
      """
      s.starttls(context=context)
      try: login(); s.sendmail("a@b.c", ["d@e.f"], mail); print("sent")
      except smtplib.SMTPRecipientsRefused as e: print(list(e.recipients.values())[0][0])
      except smtplib.SMTPResponseException as e: print(e.smtp_code)
      """)
    #expect(lines == ["\(code)"] && simulator.misbehaved > 0 && simulator.counts.accepted == 0)
  }

  /// curl's exit code.
  private func curl(_ simulator: SMTPSimulator, timeout: Int = 10) throws -> Int32 {
    let directory = try TemporaryDirectory()
    try Self.mail.write(toFile: directory.file("mail"), atomically: true, encoding: .utf8)
    let process = try ChildProcess(
      ChildCommand(
        "curl",
        [
          "-sS", "--ssl-reqd", "--cacert", simulator.authorityFile, "--noproxy", "*", "-m", "\(timeout)", "--user",
          "\(SMTPSimulator.user):\(SMTPSimulator.password)", "--mail-from", "a@example.com", "--mail-rcpt",
          "b@example.org", "-T", directory.file("mail"), "smtp://localhost:\(simulator.port)/x",
        ]))
    guard case .code(let code) = try process.waitForExit(timeout: .seconds(60)) else { return -1 }
    return code
  }

  @Test func `curl sends, and is refused, cut off, hung up on and lied to`() throws {
    let simulator = try SMTPSimulator()
    #expect(try curl(simulator) == 0)
    #expect(simulator.received.map(\.bytes) == [Array(Self.mail.utf8)])
    simulator.misbehave(.refuse(status: 550, reason: "5.1.1 No such user"), at: .recipient)
    #expect(try curl(simulator) == 55)
    simulator.misbehave(.cut(afterBytes: nil))
    #expect(try curl(simulator) != 0)
    #expect(simulator.counts.accepted == 2, "a mail whose answer was cut off is there")
    simulator.misbehave(.hang)
    #expect(try curl(simulator, timeout: 1) == 28)
    #expect(simulator.counts.accepted == 3, "and one that is never answered, too")
    simulator.misbehave(.garbage, at: .mail)
    #expect(try curl(simulator) != 0)
    simulator.misbehave(.goAway(taken: false), at: .mail)
    #expect(try curl(simulator) == 55)
    simulator.misbehave(.wrongCertificate)
    #expect(try curl(simulator) == 60)
    simulator.stopListening()
    #expect(try curl(simulator) == 7)
    try simulator.listenAgain()
    #expect(try curl(simulator) == 0)
    #expect(simulator.counts.accepted == 4 && simulator.received.count == 4)
  }

  @Test func `deliveries are counted by their id, in 16 bytes each`() {
    let tally = DeliveryTally(limit: 2)
    let id = "0195b7a8-7d3c-7aaa-8aaa-0123456789ab"
    for one in [id, id, id.uppercased(), "no uuid", "another"] { tally.add(one) }
    #expect(tally.counts.unique == 2 && tally.counts.repeated == 2 && tally.counts.untold == 1)
    let receipts = Dictionary(uniqueKeysWithValues: tally.receipts.map { ($0.id, $0.count) })
    #expect(receipts == [id: 3, DeliveryTally.hash("no uuid"): 1])
    tally.forget()
    #expect(tally.counts == DeliveryTally.Counts() && tally.receipts.isEmpty)
  }
}
