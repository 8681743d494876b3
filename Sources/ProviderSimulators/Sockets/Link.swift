import Glibc
import Runtime

/// One connection: its socket, its TLS, if any, and what speaks on it. It belongs to its loop's thread.
final class Link {
  /// Counted from 1 by its server.
  let number: Int
  private(set) var isClosed = false
  private unowned let loop: ServerLoop
  private let socket: Descriptor
  private let conversation: any Conversation
  private var tls: TLSEngine?
  private var isOpened = false
  /// What waits to be encrypted.
  private var pending: [UInt8] = []
  /// What waits for the socket, from `sent` on.
  private var output: [UInt8] = []
  private var sent = 0
  private var isBlocked = false
  private var ending: Ending?

  private enum Ending { case politely, abruptly }

  init(_ socket: Descriptor, number: Int, loop: ServerLoop, role: ConnectionRole) {
    (self.socket, self.number, self.loop) = (socket, number, loop)
    conversation = role.conversation
    tls = role.context.map(TLSEngine.init)
  }

  var agreedProtocol: String { tls?.agreedProtocol ?? "" }
  var isEncrypted: Bool { tls != nil }

  /// For conversations that answer at once; those that are asked by `fill` need it not.
  func send(_ bytes: some Sequence<UInt8>) { pending += bytes }

  /// From here on all is encrypted; what was sent before is not.
  func startTLS(_ context: TLSContext) {
    output += pending
    pending = []
    isOpened = false
    tls = TLSEngine(context)
  }

  /// Closes when all is sent. Impolitely, without TLS's goodbye: what comes after a cut cable.
  func end(politely: Bool = true) { ending = politely ? .politely : .abruptly }

  /// Closes at once, with a reset.
  func abort() {
    LoopbackSocket.reset(socket)
    close()
  }

  /// Calls `body` later, unless the connection is closed by then.
  func after(_ delay: Duration, _ body: @escaping () -> Void) {
    loop.after(delay) { [weak self] in
      guard let self, !isClosed else { return }
      body()
      loop.flushLater(self)
    }
  }

  /// Has it ask its conversation for more to send.
  func flushLater() { loop.flushLater(self) }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    loop.forget(socket.number)
    conversation.closed()
  }
}

// MARK: What its loop calls

extension Link {
  func begin() {
    if tls == nil { open() }
    flush()
  }

  func ready(canRead: Bool, canWrite: Bool) {
    // Who does not take its answers is not listened to.
    if canRead && !isBlocked { read() }
    guard !isClosed else { return }
    flush()
  }

  private func open() {
    isOpened = true
    conversation.opened(self)
  }

  private func read() {
    let buffer = unsafe loop.received
    let count = unsafe recv(socket.number, buffer.baseAddress, buffer.count, 0)
    if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
    guard count > 0 else { return close() }
    let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer).prefix(count))
    guard let tls else { return conversation.received(bytes) }
    decrypt(bytes, tls)
  }

  private func decrypt(_ bytes: RawSpan, _ tls: TLSEngine) {
    tls.feed(bytes)
    if !isOpened {
      guard tls.handshake() else { return }
      open()
    }
    let buffer = unsafe loop.decrypted
    while !isClosed {
      let count = unsafe tls.read(into: buffer)
      guard count > 0 else { return }
      unsafe conversation.received(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer).prefix(count)))
    }
  }

  func flush() {
    var plain = loop.takeScratch()
    defer { loop.giveBack(plain) }
    while !isClosed && sendOutput() {
      plain.removeAll(keepingCapacity: true)
      swap(&plain, &pending)
      if isOpened { conversation.fill(&plain) }
      guard !isClosed else { return }
      encrypt(&plain)
      if output.isEmpty {
        if ending != nil || tls?.hasEnded == true { finish() }
        return
      }
    }
  }

  private func encrypt(_ plain: inout [UInt8]) {
    guard let tls else { return swap(&plain, &output) }
    tls.write(plain)
    tls.drain(into: &output)
  }

  private func finish() {
    if ending == .politely, let tls {
      ending = .abruptly
      tls.end()
      tls.drain(into: &output)
      guard sendOutput() else { return }
    }
    close()
  }

  /// False when the socket takes no more now.
  private func sendOutput() -> Bool {
    while sent < output.count {
      let count = unsafe output.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          socket.number, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        block(true)
        return false
      }
      guard count > 0 else {
        close()
        return false
      }
      sent += count
    }
    output.removeAll(keepingCapacity: true)
    sent = 0
    block(false)
    return true
  }

  private func block(_ blocked: Bool) {
    guard blocked != isBlocked else { return }
    isBlocked = blocked
    loop.wait(for: socket.number, writing: blocked)
  }
}
