import NotificationModel
import TestSupport
import Testing

@testable import Worker

@Suite("The queue of what is to be sent") struct SendQueueTests {
  private let a = DeliveryAddress.phone("+821000000001")
  private let b = DeliveryAddress.phone("+821000000002")

  @Test func `one address gets one at a time, in their order, and others do not wait for it`() {
    var queue = SendQueue()
    queue.add(1, a)
    queue.add(2, a)
    queue.add(3, b)
    queue.add(4, a)
    #expect(queue.take(10) == [1, 3])
    queue.done(a)
    #expect(queue.take(10) == [2])
    queue.done(b)
    queue.add(5, b)
    #expect(queue.take(10) == [5])
    queue.done(a)
    #expect(queue.take(10) == [4])
    queue.done(a)
    queue.add(6, a)
    #expect(queue.take(10) == [6] && queue.readyCount == 0)
  }

  @Test func `what was not sent after all goes first, and keeps its address`() {
    var queue = SendQueue()
    queue.add(1, a)
    queue.add(2, b)
    queue.add(3, a)
    #expect(queue.take(1) == [1])
    queue.giveBack([1])
    #expect(queue.readyCount == 2 && queue.take(5) == [1, 2])
  }

  @Test func `what is forgotten is neither sent nor waited for`() {
    var queue = SendQueue()
    queue.add(1, a)
    queue.add(2, a)
    queue.add(3, a)
    queue.add(4, b)
    #expect(queue.take(1) == [1])
    queue.remove([2: a, 4: b])
    queue.done(a)
    queue.done(b)
    #expect(queue.take(5) == [3])
  }

  @Test func `of random steps every tag comes out once, and never two of one address together`() {
    var random = SeededGenerator(seed: 7)
    var queue = SendQueue()
    let addresses = (0..<5).map { DeliveryAddress.phone("+8210000000\($0)") }
    var home: [UInt64: Int] = [:]
    var busy: [UInt64: Int] = [:]
    var sent: [[UInt64]] = Array(repeating: [], count: 5)
    for tag in 0..<UInt64(5_000) {
      let address = Int.random(in: 0..<5, using: &random)
      home[tag] = address
      queue.add(tag, addresses[address])
      for taken in queue.take(Int.random(in: 0...2, using: &random)) {
        if Int.random(in: 0..<9, using: &random) == 0 {
          queue.giveBack([taken])
          continue
        }
        #expect(!busy.values.contains(home[taken]!))
        busy[taken] = home[taken]
        sent[home[taken]!].append(taken)
      }
      if let (done, address) = busy.randomElement(using: &random), Bool.random(using: &random) {
        busy[done] = nil
        queue.done(addresses[address])
      }
    }
    while true {
      let taken = queue.take(10)
      for tag in taken { sent[home[tag]!].append(tag) }
      if taken.isEmpty, busy.isEmpty { break }
      for tag in taken { queue.done(addresses[home[tag]!]) }
      for (tag, address) in busy {
        queue.done(addresses[address])
        busy[tag] = nil
      }
    }
    #expect(sent.flatMap { $0 }.sorted() == Array(0..<5_000))
    #expect(sent.allSatisfy { $0 == $0.sorted() })
  }
}
