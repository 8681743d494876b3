import CLibPQ
import Runtime

extension ReplicationConnection {
  /// Ends the stream and waits until the server has said so, which it does after it has read every status sent before;
  /// a connection closed with data unread would lose them. Frames that still come are dropped.
  /// - Returns: true when the server agreed in time; commands can be run again then. False: close it.
  @discardableResult
  public func stop(timeout: Duration = .seconds(2)) -> Bool {
    let deadline = ContinuousClock.now + timeout
    while (try? flush()) == false {
      _ = dropFrames()
      guard wait(until: deadline) else { return false }
    }
    guard unsafe PQputCopyEnd(handle, nil) == 1 else { return false }
    var isStreaming = true
    while isStreaming || !isIdle() {
      _ = try? flush()
      if isStreaming, dropFrames() { isStreaming = false } else if !wait(until: deadline) { return false }
    }
    return unsafe isUsable && PQsetnonblocking(handle, 0) == 0
  }

  /// Drops the frames that have arrived; true once the last one was there.
  private func dropFrames() -> Bool {
    while true {
      var buffer: UnsafeMutablePointer<CChar>?
      let length = unsafe PQgetCopyData(handle, &buffer, 1)
      unsafe PQfreemem(buffer)
      if length <= 0 { return length < 0 }
    }
  }

  /// Reads what has arrived; true once the server is ready for a command, or gone.
  private func isIdle() -> Bool {
    while unsafe PQisBusy(handle) == 0 {
      guard let result = unsafe PQgetResult(handle) else { return true }
      unsafe PQclear(result)
    }
    return false
  }

  /// Waits for the socket and takes what came. A full socket is looked at again soon: the server may wait for us to
  /// read before it reads.
  private func wait(until deadline: ContinuousClock.Instant) -> Bool {
    let left = deadline - .now
    guard left > .zero, isUsable else { return false }
    let limit = min(left, .milliseconds(100))
    let milliseconds = limit.components.attoseconds / 1_000_000_000_000_000 + limit.components.seconds * 1000
    _ = Poll.wait([socket], timeoutMilliseconds: Int32(milliseconds) + 1)
    return unsafe PQconsumeInput(handle) == 1
  }
}
