import TestSupport
import Testing

@testable import EmbeddedBroker

@Suite struct FrameAssemblerTests {
  private func framed(_ body: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `frames come out as they went in, however they are cut`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let bodies = (0..<50).map { [UInt8](repeating: UInt8($0), count: Int.random(in: 8...3_000, using: &random)) }
    var rest = bodies.flatMap(framed)[...]
    var assembler = FrameAssembler(largest: 1 << 20)
    var frames: [[UInt8]] = []
    while !rest.isEmpty {
      let piece = Array(rest.prefix(Int.random(in: 1...5_000, using: &random)))
      rest = rest.dropFirst(piece.count)
      var position = 0
      while case .frame(let frame) = try assembler.next(piece.raw, &position) { frames.append(frame) }
      #expect(position == piece.count)
    }
    #expect(frames == bodies && !assembler.isInside)
  }

  @Test func `a large frame is announced before a byte of it is taken`() throws {
    let body = [UInt8](repeating: 1, count: FrameAssembler.smallBytes + 1)
    var assembler = FrameAssembler(largest: 1 << 20)
    let bytes = framed(body)
    var position = 0
    #expect(try assembler.next(bytes.raw, &position) == .announces(body.count))
    #expect(try assembler.next(bytes.raw, &position) == .announces(body.count))
    #expect(position == 4 && assembler.heldBytes == 0)
    assembler.begin()
    #expect(try assembler.next(bytes.raw, &position) == .frame(body))
  }
}

@Suite struct MemoryBudgetTests {
  @Test func `who is alone may take more than there is, and nobody else beside`() {
    let budget = MemoryBudget(limit: 10)
    #expect(budget.reserve(20))
    #expect(!budget.hasRoom && !budget.reserve(1))
    budget.release(20)
    #expect(budget.reserve(10) && !budget.reserve(1))
  }

  @Test func `those who wait are called in their order, as long as there is room`() {
    let budget = MemoryBudget(limit: 10)
    budget.take(10)
    var called: [Int] = []
    for number in 0..<3 {
      budget.wait {
        called.append(number)
        budget.take(5)
      }
    }
    budget.serveLine()
    #expect(called.isEmpty)
    budget.release(10)
    budget.serveLine()
    #expect(called == [0, 1])
    budget.release(10)
    budget.serveLine()
    #expect(called == [0, 1, 2])
  }
}
