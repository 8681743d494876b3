import TestSupport
import Testing

@testable import HTTPTransfer

@Suite("The queue of an SMTP client") struct SMTPQueueTests {
  private func queue(connections: Int = 3, mails: Int = 100) -> SMTPQueue {
    var settings = SMTPClientSettings(host: "a", port: 25)
    (settings.connections, settings.queuedMails, settings.timeout) = (connections, mails, .nanoseconds(10_000_000))
    return SMTPQueue(settings)
  }

  private func mails(_ count: Int) -> [SMTPMail] { (0..<UInt64(count)).map { .mail($0) } }

  private func started(_ queue: inout SMTPQueue, _ count: Int) -> Int { queue.add(mails(count), now: 0).started }

  private func tag(_ turn: (SMTPQueue.Turn, [SMTPOutcome])) -> UInt64? {
    if case .send(let pending) = turn.0 { return pending.mail.tag }
    return nil
  }

  @Test func `has as many threads started as there are mails, up to the limit`() {
    var queue = queue()
    let counts = [1, 1, 5, 5].map { started(&queue, $0) }
    #expect(counts == [1, 1, 1, 0] && queue.workers == 3)
  }

  @Test func `wakes the thread that was busy last, before it has another started`() {
    var queue = queue()
    let workers = [SMTPWorker(), SMTPWorker()]
    let first = started(&queue, 2)
    #expect(first == 2)
    for worker in workers {
      let turn = queue.next(worker, wasCalled: true, now: 0)
      #expect(tag(turn) != nil)
    }
    for worker in workers {
      queue.noteSent()
      let turn = queue.next(worker, wasCalled: false, now: 0)
      #expect(tag(turn) == nil && queue.isIdle(worker))
    }
    let calls = queue.add(mails(1), now: 0)
    #expect(calls.started == 0 && calls.woken.count == 1 && calls.woken[0] === workers[1])
    let hasLeft = workers.map { queue.leave($0) }
    #expect(hasLeft == [true, false])
    // The one that leaves still has its connection.
    let further = started(&queue, 3)
    #expect(further == 1 && queue.workers == 3)
    let ended = queue.noteEnd()
    #expect(ended.started == 1 && queue.workers == 3)
  }

  @Test func `gives mails in their order, and back what has waited for too long`() {
    var queue = queue(connections: 1)
    _ = queue.add(mails(2), now: 0)
    _ = queue.add([.mail(2)], now: 5_000_000)
    let worker = SMTPWorker()
    let first = queue.next(worker, wasCalled: true, now: 9_999_999)
    #expect(tag(first) == 0)
    queue.noteSent()
    let turn = queue.next(worker, wasCalled: false, now: 10_000_000)
    #expect(tag(turn) == 2 && turn.1.map(\.tag) == [1] && turn.1[0].failure?.code == .timeout)
    #expect(queue.count == 0 && queue.inFlight == 1)
  }

  @Test func `that stops ends its threads once there is nothing left`() {
    var queue = queue()
    let (worker, idle) = (SMTPWorker(), SMTPWorker())
    _ = queue.add(mails(2), now: 0)
    _ = queue.next(worker, wasCalled: true, now: 0)
    _ = queue.next(idle, wasCalled: true, now: 0)
    queue.noteSent()
    _ = queue.next(idle, wasCalled: false, now: 0)
    let (woken, hasLeft) = (queue.stop().woken, queue.leave(idle))
    #expect(woken.count == 1 && !hasLeft)
    let refused = queue.add([.mail(9)], now: 0).ended
    #expect(refused.map(\.failure?.code) == [.stopped])
    let (turn, _) = queue.next(idle, wasCalled: true, now: 0)
    if case .end = turn {} else { Issue.record("it has nothing more to do") }
    let started = queue.noteEnd().started
    #expect(started == 0 && queue.workers == 1 && queue.inFlight == 1)
  }

  /// A thread for each worker is played by numbers: whatever the order, no mail is left without one that will look at it.
  @Test(arguments: 0..<20) func `leaves no mail alone`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = queue(connections: 3, mails: 1_000)
    var (called, busy, idle, leaving) = ([SMTPWorker](), [SMTPWorker](), [SMTPWorker](), 0)
    var (submitted, sent) = (0, 0)
    func follow(_ calls: SMTPQueue.Calls) {
      idle.removeAll { worker in calls.woken.contains { $0 === worker } }
      called += calls.woken + (0..<calls.started).map { _ in SMTPWorker() }
    }
    func look(_ worker: SMTPWorker, _ wasCalled: Bool) {
      if tag(queue.next(worker, wasCalled: wasCalled, now: 0)) != nil {
        busy.append(worker)
      } else {
        idle.append(worker)
      }
    }
    while submitted < 500 || sent < submitted {
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where submitted < 500:
        let count = Int.random(in: 1...4, using: &random)
        submitted += count
        follow(queue.add(mails(count), now: 0))
      case 1, 2: if !called.isEmpty { look(called.removeFirst(), true) }
      case 3, 4:
        if !busy.isEmpty {
          sent += 1
          queue.noteSent()
          look(busy.removeFirst(), false)
        }
      case 5:
        if let worker = idle.last, queue.leave(worker) {
          idle.removeLast()
          leaving += 1
        } else if leaving > 0 {
          leaving -= 1
          follow(queue.noteEnd())
        }
      default: break
      }
      #expect(queue.workers == called.count + busy.count + idle.count + leaving && queue.workers <= 3)
      #expect(queue.count == 0 || !called.isEmpty || !busy.isEmpty || leaving > 0)
    }
    #expect(queue.count == 0 && queue.inFlight == 0)
  }
}
