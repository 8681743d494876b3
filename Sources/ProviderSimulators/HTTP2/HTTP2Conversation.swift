/// HTTP/2 on one connection: each request is judged when it is complete, and answered, or not, after the latency.
final class HTTP2Conversation: Conversation {
  let number: Int
  private let service: HTTP2Service
  private weak var link: Link?
  private var session: HTTP2Session?
  /// The highest stream whose request was taken: what GOAWAY must own up to.
  private var lastTaken: Int32 = 0
  private var cutting: HTTP2Stream?
  private var raw: [UInt8] = []

  init(number: Int, service: HTTP2Service) { (self.number, self.service) = (number, service) }

  func opened(_ link: Link) {
    self.link = link
    session = HTTP2Session(service.sessionSettings) { [unowned self] in take($0) }
    service.opened(self)
  }

  func received(_ bytes: RawSpan) {
    if session?.receive(bytes) == false { link?.end() }
  }

  func fill(_ output: inout [UInt8]) {
    guard let session else { return }
    guard raw.isEmpty else {
      output += raw
      (raw, self.session) = ([], nil)
      link?.end()
      return
    }
    session.fill(&output)
    if cutting?.output.hasSentAllowed == true { link?.end(politely: false) }
    if session.isOver { link?.end() }
  }

  func closed() {
    session = nil
    service.closed(number)
  }

  /// From now on.
  func limitStreams(_ count: UInt32) {
    session?.limitStreams(count)
    link?.flushLater()
  }

  private func take(_ stream: HTTP2Stream) {
    let fault = service.fault(path: stream.path)
    if fault?.takesRequest != false { lastTaken = max(lastTaken, stream.id) }
    let response = service.answer(stream.request(connection: number), fault: fault)
    link?.after(service.latency) { [self] in
      guard let session, session.isOpen(stream) else { return }
      answer(stream, response, fault, session)
    }
  }

  private func answer(
    _ stream: HTTP2Stream, _ response: HTTP2Response, _ fault: Misbehaviour?, _ session: HTTP2Session
  ) {
    stream.output.allowed = .max
    switch fault {
    case nil, .wrongCertificate: session.answer(stream, response)
    case .hang: break
    case .reset(let code, _): session.reset(stream, code: code)
    case .goAway(let code, let taken, let debug):
      session.goAway(last: lastTaken, code: code, debug: Array(debug.utf8))
      if taken { session.answer(stream, response) } else { refuse(stream, session) }
    case .cut(nil): link?.abort()
    case .cut(let bytes?): cut(stream, response, after: bytes, session)
    case .slow(let bytes, let interval): slow(stream, response, (bytes, interval), session)
    case .garbage: raw = [UInt8](repeating: 0xff, count: 64)
    case .headersWithoutEnd: inform(stream)
    case .refuse, .longBody, .packed, .redirect: session.answer(stream, response.spoilt(by: fault))
    }
  }

  /// A stream above GOAWAY's is refused by that alone.
  private func refuse(_ stream: HTTP2Stream, _ session: HTTP2Session) {
    if stream.id < lastTaken { session.reset(stream, code: 7) }
  }

  private func cut(_ stream: HTTP2Stream, _ response: HTTP2Response, after bytes: Int, _ session: HTTP2Session) {
    stream.output.allowed = bytes
    stream.output.mayEnd = false
    cutting = stream
    session.answer(stream, response)
  }

  private func slow(
    _ stream: HTTP2Stream, _ response: HTTP2Response, _ pace: (bytes: Int, interval: Duration), _ session: HTTP2Session
  ) {
    stream.output.allowed = 0
    session.answer(stream, response)
    goOn(stream, pace)
  }

  private func inform(_ stream: HTTP2Stream) {
    guard let session, session.isOpen(stream) else { return }
    for _ in 0..<Self.informsAtOnce { session.inform(stream, [("x-more", Self.kilobyte)]) }
    link?.flushLater()
    link?.after(.milliseconds(20)) { [self] in inform(stream) }
  }

  private static let informsAtOnce = 20
  private static let kilobyte = String(repeating: "a", count: 1_000)

  private func goOn(_ stream: HTTP2Stream, _ pace: (bytes: Int, interval: Duration)) {
    link?.after(pace.interval) { [self] in
      guard let session, session.isOpen(stream), !stream.output.isComplete else { return }
      stream.output.allowed += max(1, pace.bytes)
      session.resume(stream)
      goOn(stream, pace)
    }
  }
}
