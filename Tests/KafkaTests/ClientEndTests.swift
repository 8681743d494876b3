import Runtime
import Testing

@testable import Kafka

@Suite struct ClientEndTests {
  @Test func `a client whose last call does not return is left to its thread`() {
    let (gate, ended) = (WakeSignal(), WakeSignal())
    let isInTime = ClientEnd.run(within: 20) {
      _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000)
      ended.signal()
    }
    #expect(!isInTime)
    gate.signal()
    #expect(Poll.wait([ended.fileDescriptor], timeoutMilliseconds: 30_000))
  }

  @Test func `a client that ends in time is waited for`() {
    let ended = WakeSignal()
    #expect(ClientEnd.run { ended.signal() })
    #expect(ended.clear())
  }
}
