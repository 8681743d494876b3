import Runtime

/// One thread for something that blocks; what it captures is given away to it.
struct Runner {
  private let thread: OwnedThread

  init(_ body: sending @escaping () -> Void) {
    nonisolated(unsafe) let given = body
    thread = OwnedThread(name: "test") { given() }
  }

  func join() { thread.join() }
}
