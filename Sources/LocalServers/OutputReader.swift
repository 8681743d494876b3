import CLinux
import Glibc

/// The reading thread's body: takes a child's two outputs line by line and reaps it, all in one `poll`.
struct OutputReader {
  let process: pid_t
  let processDescriptor: Int32
  let standardOutput: Int32
  let standardError: Int32
  let onStandardOutput: (@Sendable ([UInt8]) -> Void)?
  let state: ChildState

  /// Returns when the child is gone and nobody holds its outputs any more: grandchildren may outlive it.
  func run() {
    var outputs = [standardOutput: [UInt8](), standardError: [UInt8]()]
    var isRunning = true
    while isRunning || !outputs.isEmpty {
      let descriptors = Array(outputs.keys) + (isRunning ? [processDescriptor] : [])
      var set = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&set, nfds_t(set.count), -1) > 0 else { continue }
      for entry in set where entry.revents != 0 {
        if entry.fd == processDescriptor {
          state.reap(process)
          isRunning = false
        } else if !take(from: entry.fd, into: &outputs[entry.fd, default: []]) {
          outputs[entry.fd] = nil
        }
      }
    }
    for descriptor in [standardOutput, standardError, processDescriptor] { _ = close(descriptor) }
    state.endOutput()
  }

  /// False at the end of the output.
  private func take(from descriptor: Int32, into rest: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { return true }
    guard count > 0 else {
      if !rest.isEmpty { state.append(String(decoding: rest, as: UTF8.self)) }
      return false
    }
    chunk.removeLast(chunk.count - count)
    if descriptor == standardOutput, let onStandardOutput {
      onStandardOutput(chunk)
      return true
    }
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: 0x0a) {
      state.append(String(decoding: rest + chunk[start..<end], as: UTF8.self))
      rest.removeAll(keepingCapacity: true)
      start = end + 1
    }
    rest += chunk[start...]
    return true
  }
}
