import Testing

@testable import ProviderSimulators

@Suite struct TimerHeapTests {
  @Test func `what is due comes in the order of its times, and of its coming where they are equal`() {
    var heap = TimerHeap<Int>()
    // 7 and 101 have no divisor in common: each of 101 times comes up, some of them several times.
    let times = (0..<250).map { Int64($0 * 7 % 101) }
    for (index, time) in times.enumerated() { heap.add(index, due: time) }
    #expect((heap.count, heap.next) == (250, 0))
    var taken: [Int] = []
    while let index = heap.takeDue(by: 200) { taken.append(index) }
    #expect(taken == times.indices.sorted { (times[$0], $0) < (times[$1], $1) })
    #expect(heap.next == nil)
  }

  @Test func `nothing comes before its time`() {
    var heap = TimerHeap<String>()
    heap.add("late", due: 10)
    heap.add("early", due: 5)
    #expect(heap.takeDue(by: 4) == nil)
    #expect(heap.takeDue(by: 5) == "early")
    #expect(heap.takeDue(by: 9) == nil)
    #expect(heap.takeDue(by: 10) == "late")
  }
}
