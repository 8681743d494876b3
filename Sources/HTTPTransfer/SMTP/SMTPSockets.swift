import CCurl
import Glibc
import Synchronization

/// The sockets of all connections, so that a stop can end what waits on them. Nobody else closes them: a number that was
/// closed may be another socket's at once.
final class SMTPSockets: Sendable {
  private let open = Mutex<(all: Set<Int32>, opened: Int)>(([], 0))
  private let cut = Atomic<Bool>(false)

  var isCut: Bool { cut.load(ordering: .acquiring) }
  var counts: (opened: Int, open: Int) { open.withLock { ($0.opened, $0.all.count) } }

  /// - Returns: false where there shall be no more.
  func add(_ socket: Int32) -> Bool {
    open.withLock {
      guard !isCut else { return false }
      $0.all.insert(socket)
      $0.opened += 1
      return true
    }
  }

  func close(_ socket: Int32) -> Int32 {
    open.withLock {
      $0.all.remove(socket)
      return Glibc.close(socket)
    }
  }

  /// Ends all waits, now and later.
  func cutAll() {
    open.withLock {
      cut.store(true, ordering: .releasing)
      for socket in $0.all { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }
}
