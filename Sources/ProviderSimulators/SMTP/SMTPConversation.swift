import NotificationModel
import Runtime

/// SMTP on one connection: each line is judged when it is there, and answered in order, or not, after the latency.
final class SMTPConversation: Conversation {
  private let number: Int
  private let service: SMTPService
  private let startTLS: TLSContext
  private weak var link: Link?
  private var session: SMTPSession
  private var line: [UInt8] = []
  private var answers: [Answer] = []
  /// Nothing is heard from here on.
  private var isDeaf = false

  private enum Answer {
    case reply(SMTPReply)
    case fault(Misbehaviour, SMTPReply)
  }

  init(number: Int, service: SMTPService, startTLS: TLSContext) {
    (self.number, self.service, self.startTLS) = (number, service, startTLS)
    session = SMTPSession(service.rules, isEncrypted: false)
  }

  func opened(_ link: Link) {
    guard self.link == nil else {
      // TLS has begun: nothing that was said before counts.
      session.isEncrypted = true
      session.reset(forgetsHello: true)
      isDeaf = false
      return
    }
    self.link = link
    session.isEncrypted = link.isEncrypted
    answer(SMTPReply(220, "localhost ESMTP stand-in"), at: .connect)
  }

  func received(_ bytes: RawSpan) {
    for byte in unsafe bytes.withUnsafeBytes({ unsafe Array($0) }) where !isDeaf {
      line.append(byte)
      if byte == 0x0A { takeLine() } else if line.count > Self.lineMax { giveUp() }
    }
  }

  private static let lineMax = 1 << 20

  private func giveUp() {
    isDeaf = true
    later(.reply(SMTPReply(500, "5.5.2", "Line too long", .end)))
  }

  private func takeLine() {
    let outcome = session.take(line[...])
    line.removeAll(keepingCapacity: true)
    switch outcome {
    case .nothing: break
    case .reply(let reply, nil): later(.reply(reply))
    case .reply(let reply, let step?): answer(reply, at: step)
    case .mail: endMail()
    }
  }

  /// A reply that something may take the place of.
  private func answer(_ given: SMTPReply, at step: SMTPStep) {
    var reply = given
    if step == .recipient, reply.code == 250, let address = session.to.last, let refusal = service.refusal(of: address)
    {
      session.undo(step)
      reply = refusal
    }
    guard reply.code < 400, let fault = service.fault(at: step) else {
      if reply.code >= 400 { service.noteRefusal(reply) }
      if reply.next != .goOn { isDeaf = true }
      return later(.reply(reply))
    }
    if let refusal = fault.smtpReply {
      session.undo(step)
      service.noteRefusal(refusal)
      if refusal.next == .end { isDeaf = true }
      return later(.reply(refusal))
    }
    isDeaf = fault.endsConnection
    later(.fault(fault, reply))
  }

  private func endMail() {
    let fault = service.fault(at: .endOfData)
    let refusal = fault?.smtpReply ?? session.problem
    let isTaken = refusal == nil && fault?.takesRequest != false
    let reply = refusal ?? SMTPReply(250, "2.0.0", "Queued as \(number)-\(service.counts.requests)")
    service.note(
      SMTPDelivery(
        from: session.from ?? "", to: session.to, hello: session.hello ?? "", user: session.user,
        isEncrypted: session.isEncrypted, bytes: session.mail,
        time: UnixTime(milliseconds: SystemTime.unixMicroseconds() / 1_000), connection: number,
        status: fault == nil || refusal != nil ? reply.code : nil, misbehaviour: fault, isAccepted: isTaken),
      refusal: refusal)
    session.reset()
    guard let fault, fault.smtpReply == nil else {
      if reply.next == .end { isDeaf = true }
      return later(.reply(reply))
    }
    isDeaf = fault.endsConnection
    later(.fault(fault, reply))
  }

  /// In order, whatever the latency has been meanwhile.
  private func later(_ answer: Answer) {
    answers.append(answer)
    link?.after(service.latency) { [self] in
      guard !answers.isEmpty else { return }
      give(answers.removeFirst())
    }
  }

  private func give(_ answer: Answer) {
    guard let link else { return }
    switch answer {
    case .reply(let reply):
      link.send(reply.bytes)
      if reply.next == .end { link.end() }
      if reply.next == .startTLS { link.startTLS(startTLS) }
    case .fault(let fault, let reply): give(fault, reply, link)
    }
  }

  private func give(_ fault: Misbehaviour, _ reply: SMTPReply, _ link: Link) {
    switch fault {
    case .hang, .refuse, .wrongCertificate, .headersWithoutEnd, .longBody, .packed, .redirect: break
    case .reset, .cut(nil): link.abort()
    case .goAway: link.end()
    case .cut(let bytes?):
      link.send(reply.bytes.prefix(bytes))
      link.end(politely: false)
    case .slow(let bytes, let interval): slow(reply.bytes[...], max(1, bytes), interval, reply.next)
    case .garbage:
      link.send([UInt8](repeating: 0xff, count: 64) + [0x0D, 0x0A])
      link.end()
    }
  }

  private func slow(_ rest: ArraySlice<UInt8>, _ bytes: Int, _ interval: Duration, _ next: SMTPReply.Next) {
    guard !rest.isEmpty else {
      if next == .end { link?.end() }
      if next == .startTLS { link?.startTLS(startTLS) }
      return
    }
    link?.after(interval) { [self] in
      link?.send(rest.prefix(bytes))
      slow(rest.dropFirst(bytes), bytes, interval, next)
    }
  }
}

extension Misbehaviour {
  /// What stands in a reply's place; nil where there is none.
  var smtpReply: SMTPReply? {
    switch self {
    case .refuse(let status, let reason, _, _):
      SMTPReply(status, reason.isEmpty ? "Refused" : reason, status == 421 ? .end : .goOn)
    case .goAway(_, false, _): SMTPReply(421, "4.3.2", "Service shutting down", .end)
    default: nil
    }
  }

  /// Nothing that comes later is heard.
  var endsConnection: Bool {
    switch self {
    case .hang, .reset, .cut, .garbage, .goAway, .headersWithoutEnd, .longBody, .packed, .redirect: true
    case .refuse, .slow, .wrongCertificate: false
    }
  }
}
