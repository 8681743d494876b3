import CLibUV
import Glibc

/// libuv's loop and what one thread owns with it. Everything here belongs to the thread that calls `run`.
@safe final class EventLoop {
  /// Bytes are read into here and taken out before the next read; connections that are idle hold none.
  static let readBytes = 256 << 10

  let loop: UnsafeMutablePointer<uv_loop_t>
  let buffer: UnsafeMutableRawBufferPointer

  init() {
    unsafe loop = .allocate(capacity: 1)
    unsafe buffer = .allocate(byteCount: Self.readBytes, alignment: 16)
    let result = unsafe uv_loop_init(loop)
    precondition(result == 0, "the process has no file descriptors left")
  }

  deinit {
    unsafe uv_loop_close(loop)
    unsafe loop.deallocate()
    unsafe buffer.deallocate()
  }

  /// Returns when every handle is closed.
  func run() { unsafe uv_run(loop, UV_RUN_DEFAULT) }

  /// Milliseconds of a clock that never goes back, as of the loop's last turn.
  var now: Int64 { Int64(unsafe uv_now(loop)) }

  /// Runs `work` on a thread of libuv's and hands its result to `done` on this one.
  func offload<Result: Sendable>(_ work: @escaping @Sendable () -> Result, done: @escaping (Result) -> Void) {
    let box = WorkBox({ work() }, { done($0 as! Result) })
    let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    unsafe request.pointee.data = Unmanaged.passRetained(box).toOpaque()
    let result = unsafe uv_queue_work(loop, request, runWork, finishWork)
    precondition(result == 0, "libuv takes no work")
  }
}

/// Work and its result on their way between two threads; never touched by both at once.
private final class WorkBox: @unchecked Sendable {
  let work: @Sendable () -> any Sendable
  let done: (any Sendable) -> Void
  var result: (any Sendable)?

  init(_ work: @escaping @Sendable () -> any Sendable, _ done: @escaping (any Sendable) -> Void) {
    self.work = work
    self.done = done
  }
}

private func runWork(_ request: UnsafeMutablePointer<uv_work_t>?) {
  guard let data = unsafe request?.pointee.data else { return }
  let box = unsafe Unmanaged<WorkBox>.fromOpaque(data).takeUnretainedValue()
  box.result = box.work()
}

private func finishWork(_ request: UnsafeMutablePointer<uv_work_t>?, _ status: Int32) {
  guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
  let box = unsafe Unmanaged<WorkBox>.fromOpaque(data).takeRetainedValue()
  unsafe request.deallocate()
  if let result = box.result { box.done(result) }
}

/// A handle of libuv's in memory of its own. The loop keeps it until it is closed.
@safe class LoopHandle {
  let loop: EventLoop
  let raw: UnsafeMutableRawPointer
  private(set) var isClosed = false

  init(_ loop: EventLoop, _ type: uv_handle_type) {
    self.loop = loop
    unsafe raw = .allocate(byteCount: uv_handle_size(type), alignment: 16)
  }

  /// To be called once libuv has initialised the handle.
  func attach() { unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque() }

  private var handle: UnsafeMutablePointer<uv_handle_t> {
    unsafe raw.assumingMemoryBound(to: uv_handle_t.self)
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    unsafe uv_close(handle) { handle in
      guard let handle = unsafe handle, let data = unsafe handle.pointee.data else { return }
      let owner = unsafe Unmanaged<LoopHandle>.fromOpaque(data).takeRetainedValue()
      unsafe owner.raw.deallocate()
    }
  }
}

/// The owner of a handle that libuv calls back for.
func owner<Handle: LoopHandle>(_ data: UnsafeMutableRawPointer?, as type: Handle.Type) -> Handle? {
  unsafe data.map { unsafe Unmanaged<Handle>.fromOpaque($0).takeUnretainedValue() }
}

/// Calls back after a time, once or again and again.
@safe final class LoopTimer: LoopHandle {
  private let fired: () -> Void

  init(_ loop: EventLoop, fired: @escaping () -> Void) {
    self.fired = fired
    super.init(loop, UV_TIMER)
    unsafe uv_timer_init(loop.loop, timer)
    attach()
  }

  private var timer: UnsafeMutablePointer<uv_timer_t> { unsafe raw.assumingMemoryBound(to: uv_timer_t.self) }

  func start(after milliseconds: Int64, repeating: Int64 = 0) {
    unsafe uv_timer_start(
      timer, { timer in unsafe owner(timer?.pointee.data, as: LoopTimer.self)?.fired() },
      UInt64(max(milliseconds, 0)), UInt64(repeating))
  }

  func stop() { unsafe uv_timer_stop(timer) }
}

/// Calls back in every turn of the loop, before it waits: what came together in a turn is dealt with together.
@safe final class LoopTurn: LoopHandle {
  private let body: () -> Void

  init(_ loop: EventLoop, body: @escaping () -> Void) {
    self.body = body
    super.init(loop, UV_PREPARE)
    let prepare = unsafe raw.assumingMemoryBound(to: uv_prepare_t.self)
    unsafe uv_prepare_init(loop.loop, prepare)
    attach()
    unsafe uv_prepare_start(prepare) { prepare in unsafe owner(prepare?.pointee.data, as: LoopTurn.self)?.body() }
  }
}

/// Lets other threads wake the loop.
@safe final class LoopWake: LoopHandle {
  private let woken: () -> Void

  init(_ loop: EventLoop, woken: @escaping () -> Void) {
    self.woken = woken
    super.init(loop, UV_ASYNC)
    unsafe uv_async_init(loop.loop, raw.assumingMemoryBound(to: uv_async_t.self)) { async in
      unsafe owner(async?.pointee.data, as: LoopWake.self)?.woken()
    }
    attach()
  }

  /// For other threads; not to be used once the handle is closed.
  var signal: LoopSignal { unsafe LoopSignal(async: raw.assumingMemoryBound(to: uv_async_t.self)) }
}

/// `uv_async_send` is what libuv allows from any thread.
@safe struct LoopSignal: @unchecked Sendable {
  fileprivate let async: UnsafeMutablePointer<uv_async_t>

  func send() { unsafe uv_async_send(async) }
}
