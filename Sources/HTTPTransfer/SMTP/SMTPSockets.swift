import CCurl
import Glibc
import Synchronization

/// The sockets of all connections, so that a stop can end what waits on them. Each is a second descriptor of libcurl's:
/// libcurl closes a socket that is not connected yet without a word (7.88), and its number may be another's at once.
final class SMTPSockets: Sendable {
  private let open = Mutex<(all: Set<Int32>, opened: Int)>(([], 0))
  private let cut = Atomic<Bool>(false)

  var isCut: Bool { cut.load(ordering: .acquiring) }
  var counts: (opened: Int, open: Int) { open.withLock { ($0.opened, $0.all.count) } }

  /// - Returns: the second descriptor, to be closed here; nil where there shall be no more.
  func add(_ socket: curl_socket_t) -> Int32? {
    open.withLock {
      guard !isCut else { return nil }
      let own = fcntl(socket, F_DUPFD_CLOEXEC, 0)
      guard own >= 0 else { return nil }
      $0.all.insert(own)
      $0.opened += 1
      return own
    }
  }

  func close(_ own: Int32) {
    open.withLock {
      $0.all.remove(own)
      _ = Glibc.close(own)
    }
  }

  /// Ends all waits, now and later.
  func cutAll() {
    open.withLock {
      cut.store(true, ordering: .releasing)
      for own in $0.all { shutdown(own, Int32(SHUT_RDWR)) }
    }
  }
}
