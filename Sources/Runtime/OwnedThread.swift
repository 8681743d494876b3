import CLinux
import Foundation

/// A thread that runs one body, for a C handle that belongs to one thread and blocks in its library's own wait.
public final class OwnedThread: Sendable {
  private let ended = WakeSignal()

  /// Starts the thread at once. `name` shows in `top -H` and debuggers (15 bytes of it).
  public init(name: String, stackBytes: Int = 1 << 20, body: @escaping @Sendable () -> Void) {
    let thread = Thread { [ended] in
      // Foundation's own name for a thread never reaches the kernel.
      unsafe bongsu_name_thread(name)
      body()
      ended.signal()
    }
    thread.stackSize = stackBytes
    thread.start()
  }

  /// Blocks until the body has returned; false when `timeoutMilliseconds` ran out first.
  @discardableResult
  public func join(timeoutMilliseconds: Int32 = -1) -> Bool {
    Poll.wait([ended.fileDescriptor], timeoutMilliseconds: timeoutMilliseconds)
  }
}
