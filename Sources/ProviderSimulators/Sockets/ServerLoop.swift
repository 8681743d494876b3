import Glibc
import Runtime

/// What a new connection speaks, and with which certificate; without one it is not encrypted.
struct ConnectionRole {
  let context: TLSContext?
  let conversation: any Conversation
}

/// The loop of one server's thread: accepts, waits for many sockets and times, and has what is ready done.
@safe final class ServerLoop {
  typealias Opening = (_ number: Int) -> ConnectionRole

  let received = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  let decrypted = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)
  private let poller = Poller()
  private let inbox: LoopInbox
  private let opening: Opening
  private var listener: Descriptor?
  private var links: [Int32: Link] = [:]
  private var timers = TimerHeap<() -> Void>()
  private var unflushed: [Link] = []
  private var scratch: [UInt8] = []
  private var accepted = 0
  private var isStopping = false
  /// More connections wait in the kernel's queue.
  private static let connectionsMax = 10_000

  init(listener: Descriptor, inbox: LoopInbox, opening: @escaping Opening) {
    (self.inbox, self.opening) = (inbox, opening)
    poller.add(inbox.signal.fileDescriptor)
    listen(listener)
  }

  deinit {
    unsafe received.deallocate()
    unsafe decrypted.deallocate()
  }

  /// Returns when it is stopped; all connections end then.
  func run() {
    while !isStopping {
      for event in poller.wait(milliseconds: untilNext) { handle(event) }
      while let due = timers.takeDue(by: SystemTime.monotonicNanoseconds()) { due() }
      for work in inbox.take() { work(self) }
      for link in unflushed where !link.isClosed { link.flush() }
      unflushed.removeAll(keepingCapacity: true)
    }
    closeAll()
  }

  func stop() { isStopping = true }

  /// Takes connections by `listener` from now on, or none.
  func listen(_ listener: Descriptor?) {
    if let old = self.listener { poller.remove(old.number) }
    self.listener = listener
    if let listener { poller.add(listener.number) }
  }

  var isListening: Bool { listener != nil }
  var connectionCount: Int { links.count }

  func closeAll() { for link in Array(links.values) { link.abort() } }

  private var untilNext: Int32 {
    guard let next = timers.next else { return -1 }
    let rest = next - SystemTime.monotonicNanoseconds()
    return rest <= 0 ? 0 : Int32(clamping: (rest + 999_999) / 1_000_000)
  }

  private func handle(_ event: (number: Int32, canRead: Bool, canWrite: Bool)) {
    if event.number == listener?.number { return accept() }
    links[event.number]?.ready(canRead: event.canRead, canWrite: event.canWrite)
  }

  private func accept() {
    while links.count < Self.connectionsMax, let listener, let socket = LoopbackSocket.accept(listener) {
      accepted += 1
      let link = Link(socket, number: accepted, loop: self, role: opening(accepted))
      links[socket.number] = link
      poller.add(socket.number)
      link.begin()
    }
  }
}

extension ServerLoop {
  func after(_ delay: Duration, _ body: @escaping () -> Void) {
    timers.add(body, due: SystemTime.monotonicNanoseconds() + delay.nanoseconds)
  }

  func flushLater(_ link: Link) {
    if unflushed.last !== link { unflushed.append(link) }
  }

  func wait(for number: Int32, writing: Bool) { poller.change(number, reading: !writing, writing: writing) }

  func forget(_ number: Int32) {
    poller.remove(number)
    links[number] = nil
  }

  /// One array serves all flushes, one after the other.
  func takeScratch() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &scratch)
    return taken
  }

  func giveBack(_ array: [UInt8]) { if array.capacity <= 1 << 20 { scratch = array } }
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
