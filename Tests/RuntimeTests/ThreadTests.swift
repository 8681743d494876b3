import Foundation
import Glibc
import Runtime
import Synchronization
import TestSupport
import Testing

@Suite struct WakeSignalTests {
  @Test func `several signals are one wake-up`() {
    let signal = WakeSignal()
    #expect(!signal.clear())
    signal.signal()
    signal.signal()
    #expect(Poll.wait([signal.fileDescriptor], timeoutMilliseconds: 0))
    #expect(signal.clear())
    #expect(!signal.clear())
    #expect(!Poll.wait([signal.fileDescriptor], timeoutMilliseconds: 0))
  }

  @Test func `a signal from another thread ends a wait without limit`() {
    let signal = WakeSignal()
    let thread = OwnedThread(name: "waker") { signal.signal() }
    #expect(Poll.wait([signal.fileDescriptor], timeoutMilliseconds: -1))
    thread.join()
  }

  @Test func `its descriptor is closed with it and by exec`() {
    let (descriptor, flags) = {
      let signal = WakeSignal()
      return (signal.fileDescriptor, fcntl(signal.fileDescriptor, F_GETFD))
    }()
    #expect(flags & FD_CLOEXEC != 0)
    #expect(descriptor >= 0)
  }
}

@Suite struct PollTests {
  @Test func `only what is ready is told`() {
    let (quiet, loud) = (WakeSignal(), WakeSignal())
    loud.signal()
    #expect(Poll.ready([quiet.fileDescriptor, loud.fileDescriptor], timeoutMilliseconds: -1) == [loud.fileDescriptor])
    #expect(Poll.ready([quiet.fileDescriptor], timeoutMilliseconds: 0).isEmpty)
    #expect(Poll.ready([], timeoutMilliseconds: 0).isEmpty)
  }

  @Test func `a hang-up is ready`() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    close(ends[1])
    #expect(Poll.ready([ends[0]], timeoutMilliseconds: 0) == [ends[0]])
  }

  @Test func `a signal that a handler takes does not end a wait`() throws {
    signal(SIGUSR2) { _ in }
    let wake = WakeSignal()
    let interrupted = Atomic(false)
    let thread = Mutex<pthread_t?>(nil)
    let result = Mutex<Bool?>(nil)
    let waiter = OwnedThread(name: "waiter") {
      thread.withLock { $0 = pthread_self() }
      let ready = Poll.wait([wake.fileDescriptor], timeoutMilliseconds: 30_000)
      result.withLock { $0 = ready && interrupted.load(ordering: .acquiring) }
    }
    try eventually("it waits") { thread.withLock { $0 } != nil }
    for _ in 0..<20 {
      pthread_kill(thread.withLock { $0! }, SIGUSR2)
      pass(.milliseconds(1))
    }
    #expect(!waiter.join(timeoutMilliseconds: 0), "the wait was given up")
    interrupted.store(true, ordering: .releasing)
    wake.signal()
    waiter.join()
    #expect(result.withLock { $0 } == true)
  }
}

@Suite struct OwnedThreadTests {
  @Test func `join waits for the body, and any number of threads may join`() {
    let gate = WakeSignal()
    let done = Atomic(false)
    let thread = OwnedThread(name: "worker") {
      _ = Poll.wait([gate.fileDescriptor], timeoutMilliseconds: 30_000)
      done.store(true, ordering: .releasing)
    }
    #expect(!thread.join(timeoutMilliseconds: 0))
    gate.signal()
    #expect(thread.join())
    let isDone = done.load(ordering: .acquiring)
    #expect(isDone)
    #expect(thread.join(timeoutMilliseconds: 0))
  }

  @Test func `the kernel knows it by the first 15 bytes of its name`() {
    let name = Mutex("")
    let thread = OwnedThread(name: "relay a-long-source-name") {
      let text = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
      name.withLock { $0 = text ?? "?" }
    }
    thread.join()
    #expect(name.withLock { $0 } == "relay a-long-so\n")
  }

  @Test func `the body's memory is released with the thread, though nobody joins`() throws {
    final class Witness: Sendable {
      let gone: WakeSignal
      init(_ gone: WakeSignal) { self.gone = gone }
      deinit { gone.signal() }
    }
    let gone = WakeSignal()
    let witness = Witness(gone)
    _ = OwnedThread(name: "worker") { [witness] in _ = witness }
    _ = consume witness
    #expect(Poll.wait([gone.fileDescriptor], timeoutMilliseconds: 30_000))
  }
}

@Suite struct SystemTimeTests {
  @Test func `the monotonic clock does not go back, and the other one is the machine's`() {
    var last = SystemTime.monotonicNanoseconds()
    for _ in 0..<1_000 {
      let now = SystemTime.monotonicNanoseconds()
      #expect(now >= last)
      last = now
    }
    let difference = Date().timeIntervalSince1970 - Double(SystemTime.unixMicroseconds()) / 1_000_000
    #expect(abs(difference) < 60)
  }
}

@Suite struct StopSignalsTests {
  /// Blocked in one thread and sent to it alone: the test's process goes on as before.
  @Test func `SIGTERM and SIGINT are taken one by one and end nothing`() {
    let taken = Mutex<[Int32?]>([])
    let thread = OwnedThread(name: "signals") {
      let signals = StopSignals()
      let before = signals.take()
      pthread_kill(pthread_self(), SIGTERM)
      pthread_kill(pthread_self(), SIGTERM)
      let isReadable = Poll.wait([signals.fileDescriptor], timeoutMilliseconds: 0)
      let first = signals.take()
      pthread_kill(pthread_self(), SIGINT)
      let all = [before, isReadable ? 1 : 0, first, signals.take(), signals.take()]
      taken.withLock { $0 = all }
    }
    thread.join()
    #expect(taken.withLock { $0 } == [nil, 1, SIGTERM, SIGINT, nil])
  }
}
