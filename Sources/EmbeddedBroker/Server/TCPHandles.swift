import CLibUV
import Glibc

/// A socket that listens.
@safe final class TCPListener: LoopHandle {
  private let accepted: (TCPStream) -> Void

  /// - Parameter accepted: is given each connection, in the loop.
  init(_ loop: EventLoop, _ address: SocketAddress, accepted: @escaping (TCPStream) -> Void) throws(BrokerError) {
    self.accepted = accepted
    super.init(loop, UV_TCP)
    unsafe uv_tcp_init(loop.loop, tcp)
    attach()
    var storage = address.storage
    var result = unsafe withUnsafePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe uv_tcp_bind(tcp, $0, 0) }
    }
    if result == 0 {
      result = unsafe uv_listen(stream, 1024) { stream, status in
        guard status == 0 else { return }
        unsafe owner(stream?.pointee.data, as: TCPListener.self)?.accept()
      }
    }
    guard result != 0 else { return }
    close()
    throw BrokerError(
      "cannot listen on \(address.text) (\(unsafe String(cString: uv_strerror(result)))); choose another address")
  }

  private var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe raw.assumingMemoryBound(to: uv_tcp_t.self) }
  private var stream: UnsafeMutablePointer<uv_stream_t> { unsafe raw.assumingMemoryBound(to: uv_stream_t.self) }

  private func accept() {
    let connection = TCPStream(loop)
    guard unsafe uv_accept(stream, connection.stream) == 0 else { return connection.close() }
    connection.configure()
    accepted(connection)
  }

  /// The port that was taken.
  var port: Int { SocketAddress(local: self)?.port ?? 0 }

  fileprivate func name(_ storage: inout sockaddr_storage) -> Bool {
    var length = Int32(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe uv_tcp_getsockname(tcp, $0, &length)
      }
    } == 0
  }
}

/// A client's connection.
@safe final class TCPStream: LoopHandle {
  /// What came, valid during the call; nil at the end of the stream and at errors.
  var received: ((RawSpan?) -> Void)?
  /// How many bytes there is room for; asked before each read, which it must not stop.
  var room: (() -> Int)?
  /// Something came and there was no room for it.
  var blocked: (() -> Void)?
  /// All that was sent has left.
  var drained: (() -> Void)?
  private(set) var isWriting = false
  private var isReading = false

  fileprivate init(_ loop: EventLoop) {
    super.init(loop, UV_TCP)
    unsafe uv_tcp_init(loop.loop, tcp)
    attach()
  }

  private var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe raw.assumingMemoryBound(to: uv_tcp_t.self) }
  fileprivate var stream: UnsafeMutablePointer<uv_stream_t> { unsafe raw.assumingMemoryBound(to: uv_stream_t.self) }

  fileprivate func configure() {
    unsafe uv_tcp_nodelay(tcp, 1)
    unsafe uv_tcp_keepalive(tcp, 1, 60)
  }

  /// The client's address without its port.
  var peer: String { SocketAddress(peer: self)?.host ?? "" }

  fileprivate func name(_ storage: inout sockaddr_storage) -> Bool {
    var length = Int32(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe uv_tcp_getpeername(tcp, $0, &length)
      }
    } == 0
  }

  func read(_ wanted: Bool) {
    guard wanted != isReading, !isClosed else { return }
    isReading = wanted
    if wanted { unsafe uv_read_start(stream, allocate, arrived) } else { unsafe uv_read_stop(stream) }
  }

  fileprivate func take(_ count: Int) {
    guard count != 0 else { return }
    guard count != Int(UV_ENOBUFS.rawValue) else { return blocked?() ?? () }
    guard count > 0 else { return received?(nil) ?? () }
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: loop.buffer[0..<count])
    received?(unsafe bytes.bytes)
  }

  fileprivate var target: UnsafeMutableRawBufferPointer? {
    let count = unsafe min(room?() ?? 0, loop.buffer.count)
    return unsafe count > 0 ? UnsafeMutableRawBufferPointer(rebasing: loop.buffer[..<count]) : nil
  }

  override func close() {
    received = nil
    room = nil
    blocked = nil
    drained = nil
    super.close()
  }
}

private func allocate(
  _ handle: UnsafeMutablePointer<uv_handle_t>?, _ size: Int, _ buffer: UnsafeMutablePointer<uv_buf_t>?
) {
  let target = unsafe owner(handle?.pointee.data, as: TCPStream.self)?.target
  unsafe buffer?.pointee.base = unsafe target?.baseAddress?.assumingMemoryBound(to: CChar.self)
  unsafe buffer?.pointee.len = unsafe target?.count ?? 0
}

private func arrived(
  _ stream: UnsafeMutablePointer<uv_stream_t>?, _ count: Int, _ buffer: UnsafePointer<uv_buf_t>?
) {
  unsafe owner(stream?.pointee.data, as: TCPStream.self)?.take(count)
}

// MARK: Sending

extension TCPStream {
  /// Sends chunks one after the other. What the socket does not take at once is copied and sent when it does, with
  /// `isWriting` until then; nothing may be sent meanwhile.
  /// - Returns: what is left to be sent, in bytes; nil when the connection is broken.
  func send(_ chunks: [[UInt8]]) -> Int? {
    var rest = chunks[...]
    var skipped = 0
    while !rest.isEmpty {
      var buffers: [uv_buf_t] = unsafe []
      let wanted = rest.prefix(Self.chunksAtOnce).reduce(-skipped) { $0 + $1.count }
      let written = unsafe tryWrite(rest.prefix(Self.chunksAtOnce), skipping: skipped, &buffers)
      guard written >= 0 || written == Int(UV_EAGAIN.rawValue) else { return nil }
      var left = max(written, 0) + skipped
      while let first = rest.first, left >= first.count {
        left -= first.count
        rest.removeFirst()
      }
      skipped = left
      if written < wanted { break }
    }
    return rest.isEmpty ? 0 : later(rest, skipping: skipped)
  }

  private static var chunksAtOnce: Int { 64 }

  /// One call for all chunks, whose memory is held as long as it lasts.
  private func tryWrite(_ chunks: ArraySlice<[UInt8]>, skipping: Int, _ buffers: inout [uv_buf_t]) -> Int {
    guard let first = chunks.first else {
      return unsafe buffers.withUnsafeMutableBufferPointer {
        Int(unsafe uv_try_write(stream, $0.baseAddress, UInt32($0.count)))
      }
    }
    return unsafe first.withUnsafeBytes { raw in
      let part = unsafe raw.dropFirst(skipping)
      let base = unsafe UnsafeMutableRawPointer(mutating: raw.baseAddress)?.advanced(by: skipping)
      unsafe buffers.append(uv_buf_t(base: base?.assumingMemoryBound(to: CChar.self), len: part.count))
      return unsafe tryWrite(chunks.dropFirst(), skipping: 0, &buffers)
    }
  }

  private func later(_ chunks: ArraySlice<[UInt8]>, skipping: Int) -> Int? {
    let count = chunks.reduce(-skipping) { $0 + $1.count }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    var position = 0
    for (index, chunk) in chunks.enumerated() {
      let part = chunk.dropFirst(index == 0 ? skipping : 0)
      unsafe UnsafeMutableRawBufferPointer(rebasing: memory[position...]).copyBytes(from: part)
      position += part.count
    }
    let box = unsafe SendBox(self, memory)
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    unsafe request.pointee.data = Unmanaged.passRetained(box).toOpaque()
    var buffer = unsafe uv_buf_t(base: memory.baseAddress?.assumingMemoryBound(to: CChar.self), len: count)
    isWriting = true
    if unsafe uv_write(request, stream, &buffer, 1, sent) == 0 { return count }
    unsafe finish(request)
    return nil
  }

  /// What libuv still holds, in bytes: shrinks as the client reads.
  var unsentBytes: Int { isClosed ? 0 : unsafe uv_stream_get_write_queue_size(stream) }

  fileprivate func finish(_ request: UnsafeMutablePointer<uv_write_t>) {
    if let data = unsafe request.pointee.data {
      _ = unsafe Unmanaged<SendBox>.fromOpaque(data).takeRetainedValue()
    }
    unsafe request.deallocate()
    isWriting = false
  }
}

/// Bytes on their way, and the stream that they keep alive.
@safe private final class SendBox {
  let stream: TCPStream
  private let memory: UnsafeMutableRawBufferPointer

  init(_ stream: TCPStream, _ memory: UnsafeMutableRawBufferPointer) {
    self.stream = stream
    unsafe self.memory = unsafe memory
  }

  deinit { unsafe memory.deallocate() }
}

private func sent(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: Int32) {
  guard let request = unsafe request, let data = unsafe request.pointee.data else { return }
  let stream = unsafe Unmanaged<SendBox>.fromOpaque(data).takeUnretainedValue().stream
  unsafe stream.finish(request)
  if status == 0 { stream.drained?() } else { stream.received?(nil) }
}

extension SocketAddress {
  fileprivate init?(local listener: TCPListener) {
    var storage = sockaddr_storage()
    guard listener.name(&storage) else { return nil }
    self.init(storage)
  }

  fileprivate init?(peer stream: TCPStream) {
    var storage = sockaddr_storage()
    guard stream.name(&storage) else { return nil }
    self.init(storage)
  }
}
