import Glibc
import Runtime
import Synchronization

/// The proxy's thread: accepts, carries and cuts.
final class Carrier: @unchecked Sendable {
  private let plan = Mutex(FaultPlan())
  private let wake = WakeSignal()
  private let listener: Int32
  private let target: UInt16
  private var links: [Link] = []

  init(listener: Int32, target: UInt16) {
    self.listener = listener
    self.target = target
  }

  /// From any thread.
  func change(_ body: (inout FaultPlan) -> Void) {
    plan.withLock { body(&$0) }
    wake.signal()
  }

  func read<T: Sendable>(_ body: (FaultPlan) -> T) -> T { plan.withLock { body($0) } }

  func run() {
    while !read({ $0.isOver }) {
      let isPaused = read { $0.isPaused }
      var set = [poll(listener, POLLIN), poll(wake.fileDescriptor, POLLIN)]
      let holds = read { $0.holds }
      for link in links where !isPaused { set += link.interests(holding: holds) }
      guard Glibc.poll(&set, nfds_t(set.count), -1) > 0 else { continue }
      wake.clear()
      if plan.withLock({ $0.takeCutNow() }) { dropAll() }
      if set[0].revents != 0 { accept() }
      if !read({ $0.isPaused }) { carry() }
    }
    dropAll()
    close(listener)
  }

  private func poll(_ descriptor: Int32, _ events: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(events), revents: 0)
  }

  private func accept() {
    let client = Glibc.accept(listener, nil, nil)
    guard client >= 0 else { return }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    guard !read({ $0.refuses }), let server = Socket.connect(to: target) else {
      close(client)
      return
    }
    links.append(Link(client: client, server: server))
  }

  private func carry() {
    let holds = read { $0.holds }
    links.removeAll { link in
      let lives = link.carry(holding: holds) { direction, count in plan.withLock { $0.allowance(direction, count) } }
      if !lives { link.drop() }
      return !lives
    }
    if let holds { plan.withLock { $0.heldBytes = links.reduce(0) { $0 + $1.waiting(holds) } } }
  }

  private func dropAll() {
    for link in links { link.drop() }
    links = []
  }
}
