import CRDKafka
import Runtime
import Synchronization

/// Makes a producer send what waits in its queues at once, whatever `linger.ms` says, whenever it is asked to.
///
/// librdkafka has one linger time for a client's whole life, and only `rd_kafka_flush` sets it aside, for as long as that
/// call blocks. So a thread of its own makes the call: who produces in bulk lingers, and who has run dry does not wait.
@safe final class Expediter: @unchecked Sendable {
  private let client: OpaquePointer
  private let request = WakeSignal()
  private let isOver = Atomic(false)
  private var thread: OwnedThread?

  /// The brokers' threads look at the flag when they are woken; this is ample for that, and short enough that rows
  /// which come in bulk afterwards soon linger again.
  private static let flushMilliseconds: Int32 = 2

  /// - Parameter client: must outlive `close`.
  init(_ client: OpaquePointer) {
    unsafe self.client = unsafe client
    thread = OwnedThread(name: "kafka flush") { [weak self] in
      guard let self else { return }
      run()
    }
  }

  func expedite() { request.signal() }

  /// Ends the thread.
  func close() {
    isOver.store(true, ordering: .releasing)
    request.signal()
    thread?.join()
    thread = nil
  }

  private func run() {
    while !isOver.load(ordering: .acquiring) {
      guard Poll.wait([request.fileDescriptor], timeoutMilliseconds: -1), request.clear() else { continue }
      if isOver.load(ordering: .acquiring) { return }
      unsafe rd_kafka_flush(client, Self.flushMilliseconds)
    }
  }
}
