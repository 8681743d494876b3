import CLinux
import Glibc

/// A descriptor that is closed with its owner.
final class Descriptor: Sendable {
  let number: Int32
  init(_ number: Int32) { self.number = number }
  deinit { close(number) }
}

/// TCP on 127.0.0.1, without blocking.
enum LoopbackSocket {
  /// - Parameter port: 0 for a free one.
  static func listen(port: UInt16) throws(SimulatorError) -> Descriptor {
    let descriptor = Descriptor(socket(AF_INET, type, 0))
    var yes: Int32 = 1
    unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let status = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe bind(descriptor.number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), addressBytes)
    }
    guard status == 0, Glibc.listen(descriptor.number, 1_024) == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      throw SimulatorError(.cannotListen, "cannot listen on 127.0.0.1:\(port) (\(reason)); choose another port, or 0")
    }
    return descriptor
  }

  static func port(of descriptor: Descriptor) -> UInt16 {
    var (address, length) = (sockaddr_in(), addressBytes)
    _ = unsafe withUnsafeMutableBytes(of: &address) { bytes in
      unsafe getsockname(descriptor.number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// nil when nobody waits.
  static func accept(_ listener: Descriptor) -> Descriptor? {
    let number = Glibc.accept(listener.number, nil, nil)
    guard number >= 0 else { return nil }
    _ = fcntl(number, F_SETFL, O_NONBLOCK)
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    var yes: Int32 = 1
    unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return Descriptor(number)
  }

  /// Its end will be a reset instead of a goodbye.
  static func reset(_ descriptor: Descriptor) {
    var abrupt = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
  }

  private static let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
  private static let addressBytes = socklen_t(MemoryLayout<sockaddr_in>.size)
}

/// epoll(7), level-triggered.
@safe final class Poller {
  private let descriptor = Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)))
  private var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)

  func add(_ number: Int32) { control(EPOLL_CTL_ADD, number, EPOLLIN.rawValue) }

  /// What is waited for from now on.
  func change(_ number: Int32, reading: Bool, writing: Bool) {
    control(EPOLL_CTL_MOD, number, (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0))
  }

  func remove(_ number: Int32) { control(EPOLL_CTL_DEL, number, 0) }

  /// Which descriptors are ready. A hang-up counts as both.
  func wait(milliseconds: Int32) -> [(number: Int32, canRead: Bool, canWrite: Bool)] {
    let count = unsafe epoll_wait(descriptor.number, &events, Int32(events.count), milliseconds)
    return unsafe events.prefix(max(0, Int(count))).map { event in
      let found = unsafe event.events
      let isOver = found & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
      return unsafe (event.data.fd, isOver || found & EPOLLIN.rawValue != 0, isOver || found & EPOLLOUT.rawValue != 0)
    }
  }

  private func control(_ operation: Int32, _ number: Int32, _ interest: UInt32) {
    var event = unsafe epoll_event()
    unsafe event.events = interest
    unsafe event.data.fd = number
    unsafe epoll_ctl(descriptor.number, operation, number, &event)
  }
}
