/// A client's connection: reads requests, has them handled, and sends the answers in the requests' order.
///
/// One request is handled at a time, as with Kafka, except that produce requests follow one another without waiting:
/// so one sync of the disk serves several. While a request waits its turn nothing more is read.
final class Connection {
  /// What its owner does for it.
  struct Duties {
    var handle: (inout [UInt8], Connection) throws -> Void
    var closed: (Connection, String?) -> Void
    var answered: (Exchange, Int) -> Void
  }

  /// Answers that are not sent yet keep further requests waiting from here on.
  static let unsentBytesMax = 1 << 20
  static let producesMax = 64

  let id: UInt64
  let peer: String
  private let stream: TCPStream
  private let memory: ServerMemory
  private let duties: Duties
  private var assembler: FrameAssembler
  /// Bytes that came and that no room could be had for.
  private var held: [UInt8] = []
  private var backlog: [[UInt8]] = []
  private var exchanges: [Exchange] = []
  private var outbox: [[UInt8]] = []
  private var charged = 0
  private var unsent = 0
  private var isProcessing = false
  private var isWaiting = false
  private var isWaitingToFetch = false
  private var isStopping = false
  private(set) var isClosed = false
  /// Milliseconds of the loop's clock: when something last came or went, and when the present request began.
  private(set) var lastActive: Int64
  private var frameBegan: Int64?
  private var unsentSeen = 0

  init(_ stream: TCPStream, id: UInt64, largest: Int, memory: ServerMemory, duties: Duties) {
    self.id = id
    self.stream = stream
    self.memory = memory
    self.duties = duties
    peer = stream.peer
    assembler = FrameAssembler(largest: largest)
    lastActive = stream.loop.now
    stream.received = { [unowned self] in received($0) }
    stream.room = { [unowned self] in room }
    stream.blocked = { [unowned self] in waitForRoom() }
    stream.drained = { [unowned self] in drained() }
    stream.read(true)
  }

  /// Handles nothing more; what was begun is still answered.
  func stopReading() {
    isStopping = true
    stream.read(false)
  }

  /// True when all that was begun is answered and the answers have left.
  var isDone: Bool { isClosed || exchanges.isEmpty && !stream.isWriting }

  var isIdle: Bool { exchanges.isEmpty && backlog.isEmpty && !stream.isWriting && !assembler.isInside }

  func close(_ reason: String? = nil) {
    guard !isClosed else { return }
    isClosed = true
    stream.close()
    memory.requests.release(charged)
    memory.answers.release(unsent)
    charged = 0
    unsent = 0
    for exchange in exchanges { exchange.onAbandon?() }
    exchanges = []
    backlog = []
    duties.closed(self, reason)
  }

  // MARK: Reading

  /// Bytes that may be read now. A request that has its room already comes in whatever others hold, and who holds
  /// next to nothing may always ask for something small: else they would wait for room that only their own end gives back.
  private var room: Int {
    if isLarge || memory.requests.hasRoom { return .max }
    return charged < Self.smallRead ? Self.smallRead : 0
  }

  private static let smallRead = 1_024

  private func waitForRoom() {
    stream.read(false)
    guard !isWaiting else { return }
    isWaiting = true
    memory.requests.wait { [weak self] in
      guard let self, !isClosed else { return }
      isWaiting = false
      takeHeld()
      process()
    }
  }

  private func received(_ bytes: RawSpan?) {
    guard let bytes else { return close() }
    lastActive = stream.loop.now
    take(bytes)
    process()
  }

  private func takeHeld() {
    let bytes = held
    held = []
    charge(-bytes.count)
    take(bytes.raw)
  }

  private func take(_ bytes: RawSpan) {
    var position = 0
    do {
      while true {
        let before = assembler.heldBytes
        switch try assembler.next(bytes, &position) {
        case .needsMore:
          if !isLarge { charge(assembler.heldBytes - before) }
          frameBegan = assembler.isInside ? frameBegan ?? stream.loop.now : nil
          return
        case .frame(let frame):
          charge(isLarge ? 0 : frame.count - before)
          isLarge = false
          frameBegan = nil
          backlog.append(frame)
        case .announces(let count):
          guard memory.requests.reserve(count) else {
            hold(bytes, from: position)
            return
          }
          charged += count
          isLarge = true
          assembler.begin()
        }
      }
    } catch {
      close("a request of \(error.length) bytes")
    }
  }

  /// The request that is read has its room already.
  private var isLarge = false

  private func hold(_ bytes: RawSpan, from position: Int) {
    held = unsafe bytes.extracting(position..<bytes.byteCount).withUnsafeBytes { unsafe Array($0) }
    charge(held.count)
    waitForRoom()
  }

  private func charge(_ bytes: Int) {
    charged += bytes
    memory.requests.take(bytes)
  }

  // MARK: Handling

  private func process() {
    guard !isProcessing else { return }
    isProcessing = true
    collect()
    // What has left makes room for the next one.
    repeat {
      while mayStartNext {
        handleFirst()
        collect()
      }
      flush()
    } while mayStartNext
    isProcessing = false
    guard !isClosed, !isStopping, !isWaiting || held.isEmpty && room > 0 else { return }
    stream.read(backlog.isEmpty)
  }

  private func handleFirst() {
    var frame = backlog.removeFirst()
    let count = frame.count
    do {
      try duties.handle(&frame, self)
    } catch {
      return close("\(error)")
    }
    // A close gave all back already.
    if !isClosed { charge(-count) }
  }

  private var mayStartNext: Bool {
    guard !isClosed, let frame = backlog.first else { return false }
    return mayStart(frame)
  }

  private func mayStart(_ frame: [UInt8]) -> Bool {
    guard unsent < Self.unsentBytesMax, !isStopping else { return false }
    let key = frame.integer(Int16.self, at: 0)
    guard !exchanges.isEmpty else { return key != APIKey.fetch.rawValue || mayFetch() }
    return key == APIKey.produce.rawValue && exchanges.count < Self.producesMax && exchanges.allSatisfy(\.isProduce)
  }

  /// Its answer may be as large as a batch. Who takes its answers gets one whatever others hold; else everybody would
  /// wait for those who do not.
  private func mayFetch() -> Bool {
    if unsent == 0 || memory.answers.isRoomy { return true }
    guard !isWaitingToFetch else { return false }
    isWaitingToFetch = true
    memory.answers.wait { [weak self] in
      guard let self, !isClosed else { return }
      isWaitingToFetch = false
      process()
    }
    return false
  }

  func begin(_ header: RequestHeader, bytes: Int) -> Exchange {
    let exchange = Exchange(
      header, peer: peer, requestBytes: bytes, started: stream.loop.now
    ) { [weak self] exchange in
      guard let self, !isClosed else { return }
      let bytes = exchange.answerBytes
      unsent += bytes
      memory.answers.take(bytes)
      duties.answered(exchange, bytes)
      process()
    }
    exchanges.append(exchange)
    return exchange
  }

  // MARK: Sending

  /// Takes the answers whose turn it is.
  private func collect() {
    while let answer = exchanges.first?.answer {
      exchanges.removeFirst()
      outbox += answer
    }
  }

  private func flush() {
    guard !outbox.isEmpty, !stream.isWriting, !isClosed else { return }
    let chunks = outbox
    outbox = []
    let count = chunks.reduce(0) { $0 + $1.count }
    guard let left = stream.send(chunks) else { return close() }
    lastActive = stream.loop.now
    sent(count - left)
  }

  private func sent(_ bytes: Int) {
    unsent -= bytes
    memory.answers.release(bytes)
  }

  private func drained() {
    lastActive = stream.loop.now
    // All that was sent has left; what is in the outbox or not yet in its turn has not.
    let waiting = outbox.reduce(0) { $0 + $1.count } + exchanges.reduce(0) { $0 + $1.answerBytes }
    sent(unsent - waiting)
    process()
  }

  /// Looks for what takes too long; to be called now and then.
  func check(now: Int64, idle: Int64, stalled: Int64) {
    if stream.unsentBytes != unsentSeen {
      unsentSeen = stream.unsentBytes
      lastActive = now
    }
    if let frameBegan, !isWaiting, now - frameBegan > stalled { return close("a request that was not finished") }
    if stream.isWriting, now - lastActive > stalled { return close("an answer that was not read") }
    if isIdle, now - lastActive > idle { close() }
  }
}
