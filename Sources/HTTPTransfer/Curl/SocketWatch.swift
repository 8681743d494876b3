import CCurl
import CLinux
import Glibc
import Runtime

/// The sockets that libcurl wants to hear of, and the time at which it wants to be called without any: it looks only at
/// what has happened, and not at each transfer at each turn. It belongs to the client's thread. epoll(7) is
/// level-triggered, as libcurl leaves some bytes for the next time.
@safe final class SocketWatch {
  private let epoll: Int32
  private let wake: WakeSignal
  private var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
  /// Monotonic nanoseconds.
  private(set) var callAt = Int64.max

  /// - Parameter wake: ends a wait as well.
  init(wake: WakeSignal) {
    (epoll, self.wake) = (epoll_create1(Int32(EPOLL_CLOEXEC)), wake)
    precondition(epoll >= 0, "epoll_create1 failed: the process has no file descriptors left")
    watch(wake.fileDescriptor, EPOLLIN.rawValue)
  }

  deinit { close(epoll) }

  /// Has libcurl tell what it waits for. The watch must outlive the handle.
  func attach(to multi: UnsafeMutableRawPointer) {
    let own = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe bongsu_curl_multi_set_watcher(multi, hearSocket, hearTimer, own)
  }

  /// Waits until there is something, or the time has come.
  /// - Parameter body: is told a socket and libcurl's bits for what can be done with it.
  /// - Returns: whether there was anything at a socket.
  func wait(nanoseconds: Int64, _ body: (curl_socket_t, Int32) -> Void) -> Bool {
    let milliseconds = Int32(clamping: (max(0, nanoseconds) + 999_999) / 1_000_000)
    let count = unsafe epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    var hasFound = false
    for index in 0..<max(0, Int(count)) {
      let (socket, found) = unsafe (events[index].data.fd, events[index].events)
      if socket == wake.fileDescriptor {
        wake.clear()
      } else {
        body(socket, Self.bits(found))
        hasFound = true
      }
    }
    return hasFound
  }

  /// Leaves the sockets alone for a time, or until it is woken.
  func rest(nanoseconds: Int64) {
    if Poll.wait([wake.fileDescriptor], nanoseconds: nanoseconds) { wake.clear() }
  }

  private static func bits(_ found: UInt32) -> Int32 {
    var bits: Int32 = 0
    if found & EPOLLIN.rawValue != 0 { bits |= CURL_CSELECT_IN }
    if found & EPOLLOUT.rawValue != 0 { bits |= CURL_CSELECT_OUT }
    if found & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { bits |= CURL_CSELECT_ERR }
    return bits
  }

  fileprivate func hear(_ socket: curl_socket_t, _ what: Int32) {
    switch what {
    case CURL_POLL_IN: watch(socket, EPOLLIN.rawValue)
    case CURL_POLL_OUT: watch(socket, EPOLLOUT.rawValue)
    case CURL_POLL_INOUT: watch(socket, EPOLLIN.rawValue | EPOLLOUT.rawValue)
    default: epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
    }
  }

  /// A socket that was closed is no longer in the set, whatever libcurl said of it: it may be new or known.
  private func watch(_ socket: Int32, _ wanted: UInt32) {
    var event = unsafe epoll_event(events: wanted, data: epoll_data_t(fd: socket))
    if unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0, errno == EEXIST {
      unsafe epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event)
    }
  }

  /// Whether libcurl is to be called for its time. The timer rings once: what comes next libcurl says anew.
  func takeRing(now: Int64) -> Bool {
    guard callAt <= now else { return false }
    callAt = .max
    return true
  }

  func hear(timer milliseconds: Int) {
    callAt = milliseconds < 0 ? .max : SystemTime.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
  }
}

private func watch(_ data: UnsafeMutableRawPointer?) -> SocketWatch? {
  unsafe data.map { unsafe Unmanaged<SocketWatch>.fromOpaque($0).takeUnretainedValue() }
}

private let hearSocket: curl_socket_callback = { _, socket, what, data, _ in
  unsafe watch(data)?.hear(socket, what)
  return 0
}

private let hearTimer: curl_multi_timer_callback = { _, milliseconds, data in
  unsafe watch(data)?.hear(timer: milliseconds)
  return 0
}
