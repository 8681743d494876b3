import TestSupport
import Testing

@testable import EmbeddedBroker

/// Random lives with losses of power, kills and failing disks: what was acknowledged is there.
@Suite
struct PowerLossTests {
  @Test(arguments: [SyncPolicy.always, .interval, .os], 1...60 as ClosedRange<UInt64>)
  func `power lost at any moment takes nothing that was promised`(_ sync: SyncPolicy, seed: UInt64) throws {
    var history = LogHistory(seed: seed, sync)
    for _ in 0..<6 {
      try history.open()
      for _ in 0..<Int.random(in: 0...40, using: &history.random) { history.step() }
      history.losePower()
    }
    try history.open()
  }

  @Test(arguments: [SyncPolicy.always, .os], 1...40 as ClosedRange<UInt64>)
  func `a kill takes nothing at all`(_ sync: SyncPolicy, seed: UInt64) throws {
    var history = LogHistory(seed: seed, sync)
    for _ in 0..<6 {
      try history.open()
      for _ in 0..<Int.random(in: 0...40, using: &history.random) { history.step() }
      let end = try #require(history.log?.endOffset)
      history.log = nil
      try history.open()
      #expect(history.log?.endOffset == end)
    }
  }

  @Test(arguments: [LogError.Kind.noSpace, .readOnly, .io], 1...60 as ClosedRange<UInt64>)
  func `failing calls and a loss of power after them take nothing acknowledged`(
    _ kind: LogError.Kind, seed: UInt64
  ) throws {
    var history = LogHistory(seed: seed, .always)
    try history.open()
    for _ in 0..<8 {
      history.files.failAt = history.files.calls + Int.random(in: 1...30, using: &history.random)
      history.files.failure = kind
      history.files.failuresLeft = Int.random(in: 1...12, using: &history.random)
      for _ in 0..<30 { history.step() }
      history.files.failAt = nil
      if Bool.random(using: &history.random) {
        history.losePower()
        try history.open()
      }
      // When the disk takes it again, so does the log.
      history.sync()
      let end = try #require(history.log?.endOffset)
      history.append()
      #expect(history.log?.endOffset == end + 1)
      history.sync()
      #expect(history.log?.visibleEnd == end + 1)
    }
    history.losePower()
    try history.open()
  }

  @Test(arguments: [LogError.Kind.noSpace, .readOnly, .io])
  func `whichever call fails, the log goes on as if it had not been asked`(_ kind: LogError.Kind) throws {
    var reached = true
    var call = 1
    while reached {
      var history = LogHistory(seed: 9, .always)
      try history.open()
      history.files.failAt = history.files.calls + call
      history.files.failure = kind
      for index in 0..<12 {
        history.append()
        if index % 3 == 2 { history.sync() }
        if index % 5 == 4 { history.retain() }
      }
      reached = history.files.failures > 0
      history.files.failAt = nil
      history.sync()
      try history.check(#require(history.log))
      history.losePower()
      try history.open()
      call += 1
    }
    #expect(call > 30)
  }
}
