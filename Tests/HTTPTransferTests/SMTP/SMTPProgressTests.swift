import CCurl
import Testing

@testable import HTTPTransfer

/// What became of a mail, from what libcurl's callbacks told: the rules without a server.
@Suite("An attempt to send a mail") struct SMTPProgressTests {
  enum Event: Sendable {
    case sent(String)
    case received(String)
    case ready, allGiven
  }

  static let begun: [Event] = [.received("220 here"), .sent("EHLO me"), .received("250 here"), .ready]
  static let inData: [Event] =
    begun + [
      .sent("MAIL FROM:<a@b>"), .received("250 ok"), .sent("RCPT TO:<c@d>"), .received("250 ok"), .sent("DATA"),
      .received("354 go"),
    ]
  static let whole = inData + [.allGiven]

  private func progress(_ events: [Event]) -> SMTPProgress {
    var progress = SMTPProgress()
    for event in events {
      switch event {
      case .sent(let line): progress.sent(Array((line + "\r\n").utf8))
      case .received(let line): _ = progress.received(Array((line + "\r\n").utf8))
      case .ready: progress.ready()
      case .allGiven: progress.noteAllGiven()
      }
    }
    return progress
  }

  private func failure(_ events: [Event], _ code: CURLcode, _ change: (inout SMTPProgress.End) -> Void = { _ in })
    -> SMTPFailure?
  {
    var end = SMTPProgress.End(code: code)
    change(&end)
    if case .failure(let failure) = progress(events).result(end) { return failure }
    return nil
  }

  @Test func `is a success by the server's word alone`() {
    for code in [CURLE_OK, CURLE_ABORTED_BY_CALLBACK, CURLE_RECV_ERROR, CURLE_OPERATION_TIMEDOUT] {
      #expect(failure(Self.whole + [.received("250 2.0.0 ok")], code) == nil)
      #expect(failure(Self.whole, code)?.mayHaveArrived == true)
      #expect(failure(Self.whole + [.received("250-not yet")], code)?.mayHaveArrived == true)
      #expect(failure(Self.inData, code)?.mayHaveArrived == false)
      #expect(failure(Self.whole + [.received("451 no")], code)?.mayHaveArrived == false)
      // Not even an answer to another step that looks like one.
      #expect(failure(Self.inData + [.received("250 ok")], code)?.mayHaveArrived == false)
    }
  }

  @Test func `is not changed by what comes after QUIT`() {
    let after: [Event] = [.sent("QUIT"), .received("221 bye")]
    #expect(failure(Self.whole + [.received("554 no")] + after, CURLE_WEIRD_SERVER_REPLY)?.replyCode == 554)
    #expect(failure(Self.whole + after, CURLE_RECV_ERROR)?.mayHaveArrived == true)
    #expect(progress(Self.begun + after).isLeaving && !progress(Self.begun).isLeaving)
  }

  @Test func `does not take what follows AUTH for a command`() {
    let login: [Event] = [.received("220 here"), .sent("EHLO me"), .received("250 here"), .sent("AUTH LOGIN")]
    for word in ["MAILabcd", "DATA", "STARxyz=", "EHLO"] {
      #expect(progress(login + [.received("334 x"), .sent(word)]).step == .authentication)
    }
    #expect(progress(login + [.received("235 in"), .ready, .sent("MAIL FROM:<a@b>")]).step == .mail)
  }

  @Test(
    arguments: [
      (CURLE_COULDNT_RESOLVE_HOST, .unknownHost, .connect), (CURLE_COULDNT_CONNECT, .cannotConnect, .connect),
      (CURLE_SSL_CONNECT_ERROR, .tls, .tls), (CURLE_USE_SSL_FAILED, .tls, .tls),
      (CURLE_PEER_FAILED_VERIFICATION, .tls, .tls), (CURLE_LOGIN_DENIED, .authentication, .authentication),
      (CURLE_ABORTED_BY_CALLBACK, .authentication, .authentication), (CURLE_OPERATION_TIMEDOUT, .timeout, .connect),
      (CURLE_WRITE_ERROR, .protocolFault, .connect), (CURLE_WEIRD_SERVER_REPLY, .protocolFault, .connect),
      (CURLE_RECV_ERROR, .connectionLost, .connect), (CURLE_SEND_ERROR, .connectionLost, .connect),
    ] as [(CURLcode, SMTPFailure.Code, SMTPFailure.Step)])
  func `has a meaning for each of libcurl's codes`(code: CURLcode, kind: SMTPFailure.Code, step: SMTPFailure.Step) {
    let failure = failure([], code)
    #expect(failure?.code == kind && failure?.step == step && failure?.mayHaveArrived == false)
  }

  @Test func `to another machine in plain text is a matter of configuration`() {
    #expect(failure([], CURLE_COULDNT_CONNECT) { $0.wasForbidden = true }?.code == .configuration)
    #expect(failure(Self.begun, CURLE_RECV_ERROR) { $0.wasForbidden = true }?.code == .connectionLost)
  }

  @Test func `stands where the connection stood when nothing was said`() {
    let code = CURLE_OPERATION_TIMEDOUT
    #expect(failure([], code)?.step == .connect)
    #expect(failure([], code) { $0.isConnected = true }?.step == .greeting)
    #expect(failure([], code) { ($0.isConnected, $0.awaitsTLS) = (true, true) }?.step == .tls)
    #expect(failure([.ready], CURLE_SEND_ERROR)?.step == .mail)
  }

  @Test func `that was stopped says so, but for what the server has said`() {
    #expect(failure(Self.whole, CURLE_RECV_ERROR) { $0.isStopped = true }?.code == .stopped)
    #expect(failure(Self.whole, CURLE_RECV_ERROR) { $0.isStopped = true }?.mayHaveArrived == true)
    #expect(failure(Self.whole + [.received("250 ok")], CURLE_RECV_ERROR) { $0.isStopped = true } == nil)
    let refused = Self.whole + [.received("554 no")]
    #expect(failure(refused, CURLE_RECV_ERROR) { $0.isStopped = true }?.code == .refused)
  }

  @Test func `is worth a second on a new connection only where the first has surely not arrived`() {
    #expect(failure(Self.begun, CURLE_RECV_ERROR)?.isOfOldConnection == true)
    #expect(failure(Self.inData, CURLE_SEND_ERROR)?.isOfOldConnection == true)
    #expect(failure(Self.begun + [.received("421 bye")], CURLE_SEND_ERROR)?.isOfOldConnection == true)
    #expect(failure(Self.begun + [.received("451 no")], CURLE_SEND_ERROR)?.isOfOldConnection == false)
    #expect(failure(Self.whole, CURLE_RECV_ERROR)?.isOfOldConnection == false)
    #expect(failure(Self.whole + [.received("421 bye")], CURLE_RECV_ERROR)?.isOfOldConnection == false)
    #expect(failure(Self.begun, CURLE_OPERATION_TIMEDOUT)?.isOfOldConnection == false)
  }

  @Test func `takes no more of the server's words than there is room for`() {
    var progress = SMTPProgress()
    let line = Array(("250-" + String(repeating: "x", count: 1_020)).utf8)
    let isTaken = (0..<65).map { _ in progress.received(line) }
    #expect(isTaken == Array(repeating: true, count: 64) + [false])
  }
}
