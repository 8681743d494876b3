import CHiredis
import Glibc
import Runtime

/// A socket with hiredis' reader behind it. hiredis connects and parses; waiting and writing are ours, as its own waits
/// begin anew with each byte that comes, and its writes raise SIGPIPE.
@safe final class RedisChannel {
  private let context: UnsafeMutablePointer<redisContext>
  private let limits: LimitedReader

  /// Begins to connect; `exchange` waits for it. A host that is a name is looked up here, by the system's own limits.
  init(_ address: RedisSettings.Address) throws(RedisError) {
    let made =
      switch address {
      case .unix(let path): unsafe redisConnectUnixNonBlock(path)
      case .tcp(let host, let port): unsafe redisConnectNonBlock(host, Int32(port))
      }
    guard let made = unsafe made else { throw RedisError(.connection, "hiredis has no memory for a connection") }
    guard unsafe made.pointee.err == 0, let reader = unsafe made.pointee.reader else {
      let reason = unsafe Self.reason(made)
      unsafe redisFree(made)
      throw RedisError(.connection, "cannot connect to Redis: \(reason)")
    }
    unsafe context = made
    limits = unsafe LimitedReader(reader)
  }

  deinit { unsafe redisFree(context) }

  /// Sends commands and reads as many answers, both at once, so that neither side can wait for the other to read.
  /// - Parameter deadline: on the monotonic clock, in nanoseconds.
  func exchange(_ bytes: [UInt8], replies count: Int, deadline: Int64) throws(RedisError) -> [RedisValue] {
    limits.reset()
    var values: [RedisValue] = []
    values.reserveCapacity(count)
    var sent = 0
    var received = 0
    while values.count < count {
      let left = deadline - SystemTime.monotonicNanoseconds()
      guard left > 0 else { throw RedisError(.timeout, "Redis did not answer in time") }
      let ready = Poll.wait(unsafe context.pointee.fd, writing: sent < bytes.count, nanoseconds: left)
      if ready.canWrite { sent += try send(bytes, from: sent) }
      guard ready.canRead else { continue }
      received += try read()
      guard received <= ReplyLimits.bytes else {
        throw RedisError(.unexpectedAnswer, "the answers of Redis are over \(ReplyLimits.bytes >> 20) MB")
      }
      while values.count < count, let value = try next() { values.append(value) }
    }
    return values
  }

  /// False when the server has closed it, or said something that nobody asked for.
  var isQuiet: Bool {
    let reader = unsafe context.pointee.reader.pointee
    return unsafe reader.pos == reader.len && !Poll.wait([context.pointee.fd], timeoutMilliseconds: 0)
  }
}

extension RedisChannel {
  private func send(_ bytes: [UInt8], from start: Int) throws(RedisError) -> Int {
    let count = unsafe bytes.withUnsafeBytes { raw in
      let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[start...])
      return unsafe Glibc.send(
        context.pointee.fd, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    if count >= 0 { return count }
    if errno == EAGAIN || errno == EINTR { return 0 }
    throw Self.lost(errno)
  }

  /// - Returns: the number of bytes that came.
  private func read() throws(RedisError) -> Int {
    let before = unsafe context.pointee.reader.pointee.len
    guard unsafe redisBufferRead(context) == REDIS_OK else {
      if unsafe context.pointee.err == REDIS_ERR_EOF {
        throw RedisError(.connection, "Redis closed the connection")
      }
      throw Self.lost(errno)
    }
    return max(0, Int(unsafe context.pointee.reader.pointee.len) - Int(before))
  }

  private func next() throws(RedisError) -> RedisValue? {
    var object: UnsafeMutableRawPointer?
    guard unsafe redisGetReplyFromReader(context, &object) == REDIS_OK else {
      throw RedisError(.unexpectedAnswer, "what answers is no Redis, or its answer is too large")
    }
    guard let object = unsafe object else { return nil }
    defer { unsafe freeReplyObject(object) }
    return try unsafe RedisValue(object.assumingMemoryBound(to: redisReply.self).pointee)
  }

  private static func lost(_ number: Int32) -> RedisError {
    RedisError(.connection, "the connection to Redis failed: \(SystemErrors.text(number))")
  }

  /// hiredis' text may hold the host, so only the system's reason is told.
  private static func reason(_ context: UnsafeMutablePointer<redisContext>) -> String {
    unsafe context.pointee.err == REDIS_ERR_IO ? SystemErrors.text(errno) : "its host is not known"
  }
}

/// The system's words for its error numbers.
enum SystemErrors {
  static func text(_ number: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let base = buffer.baseAddress, unsafe strerror_r(number, base, buffer.count) == 0 else {
        return "error \(number)"
      }
      return unsafe String(cString: base)
    }
  }
}
