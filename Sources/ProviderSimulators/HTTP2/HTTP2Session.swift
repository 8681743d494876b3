import CNGHTTP2

/// nghttp2's server side of one connection: from bytes to requests, from answers to bytes.
@safe final class HTTP2Session {
  struct Settings: Sendable {
    var streamsMax: UInt32 = 1_000
    /// Of a request's body, what is kept. More is counted.
    var bodyLimit = 64 << 10
  }

  private let handle: OpaquePointer
  private var streams: [Int32: HTTP2Stream] = [:]
  private let bodyLimit: Int
  /// Told of each complete request, while bytes are taken in: it may not answer at once.
  private let onRequest: (HTTP2Stream) -> Void

  init(_ settings: Settings, onRequest: @escaping (HTTP2Stream) -> Void) {
    self.onRequest = onRequest
    bodyLimit = settings.bodyLimit
    var handle: OpaquePointer?
    guard
      unsafe nghttp2_session_server_new2(&handle, sessionCallbacks.handle, nil, sessionCallbacks.options) == 0,
      let handle = unsafe handle
    else { preconditionFailure("no memory for a connection") }
    unsafe self.handle = handle
    unsafe nghttp2_session_set_user_data(handle, Unmanaged.passUnretained(self).toOpaque())
    limitStreams(settings.streamsMax)
    // Bodies are small and many: a window of 64 KiB for all of them would be what is measured.
    unsafe nghttp2_session_set_local_window_size(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, 16 << 20)
  }

  deinit { unsafe nghttp2_session_del(handle) }

  /// What was received; false when it is no HTTP/2.
  func receive(_ bytes: RawSpan) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe nghttp2_session_mem_recv(handle, start, buffer.count) >= 0
    }
  }

  /// Adds all that may be sent now.
  func fill(_ output: inout [UInt8]) {
    while true {
      var start: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(handle, &start)
      guard count > 0 else { return }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
  }

  /// Nothing is to come or go any more.
  var isOver: Bool { unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0 }

  /// How many requests may be open at a time, from when the other side has read it.
  func limitStreams(_ count: UInt32) {
    var entry = nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue), value: count)
    unsafe nghttp2_submit_settings(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), &entry, 1)
  }
}

// MARK: Answers

extension HTTP2Session {
  /// Whether it has not been closed by the other side.
  func isOpen(_ stream: HTTP2Stream) -> Bool { streams[stream.id] === stream }

  /// Sends the headers, and of the body what `stream.output` allows.
  func answer(_ stream: HTTP2Stream, _ response: HTTP2Response) {
    stream.output.bytes = response.body
    let fields = [(":status", String(response.status))] + response.headers
    unsafe HeaderBlock.with(fields) { list in
      var body = unsafe nghttp2_data_provider()
      unsafe body.read_callback = readBody
      let hasBody = !response.body.isEmpty || !stream.output.mayEnd
      unsafe withUnsafePointer(to: body) { body in
        _ = unsafe nghttp2_submit_response(handle, stream.id, list.baseAddress, list.count, hasBody ? body : nil)
      }
    }
  }

  /// An interim answer, of which there may be any number before the answer.
  func inform(_ stream: HTTP2Stream, _ headers: [HTTPHeader]) {
    unsafe HeaderBlock.with([(":status", "103")] + headers) { list in
      _ = unsafe nghttp2_submit_headers(
        handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, list.baseAddress, list.count, nil)
    }
  }

  /// More of the body is allowed.
  func resume(_ stream: HTTP2Stream) { unsafe nghttp2_session_resume_data(handle, stream.id) }

  func reset(_ stream: HTTP2Stream, code: UInt32) {
    unsafe nghttp2_submit_rst_stream(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code)
  }

  /// Takes no streams above `last`, and ends once those up to it are answered.
  func goAway(last: Int32, code: UInt32, debug: [UInt8]) {
    unsafe nghttp2_submit_goaway(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code, debug, debug.count)
  }
}

// MARK: What nghttp2 calls

extension HTTP2Session {
  fileprivate func began(_ id: Int32) { if streams[id] == nil { streams[id] = HTTP2Stream(id: id) } }

  fileprivate func header(_ id: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    unsafe streams[id]?.add(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
  }

  fileprivate func data(_ id: Int32, _ chunk: UnsafeBufferPointer<UInt8>) {
    unsafe streams[id]?.add(chunk, limit: bodyLimit)
  }

  fileprivate func ended(_ id: Int32) { if let stream = streams[id] { onRequest(stream) } }

  fileprivate func closed(_ id: Int32) { streams[id] = nil }

  fileprivate func read(
    _ id: Int32, into buffer: UnsafeMutableRawBufferPointer, _ flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard let stream = streams[id] else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    let count = unsafe stream.output.move(into: buffer)
    if stream.output.isComplete {
      unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    } else if count == 0 {
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    return count
  }
}

/// One table for all sessions.
@safe private final class SessionCallbacks: @unchecked Sendable {
  let handle: OpaquePointer
  let options: OpaquePointer

  init() {
    var made: OpaquePointer?
    guard unsafe nghttp2_session_callbacks_new(&made) == 0, let made = unsafe made else {
      preconditionFailure("no memory for a table of callbacks")
    }
    var option: OpaquePointer?
    guard unsafe nghttp2_option_new(&option) == 0, let option = unsafe option else {
      preconditionFailure("no memory for options")
    }
    // libcurl 7.88 resets each stream whose answer had no body (STREAM_CLOSED); a thousand of them would end the
    // connection, by a GOAWAY that disowns requests which were taken meanwhile.
    unsafe nghttp2_option_set_stream_reset_rate_limit(option, .max, .max)
    (unsafe handle, unsafe options) = (unsafe made, unsafe option)
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(handle) { _, frame, user in
      if let frame = unsafe frame { unsafe session(user)?.began(frame.pointee.hd.stream_id) }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(handle) {
      _, frame, name, nameBytes, value, bytes, _, user in
      guard let frame = unsafe frame else { return 0 }
      unsafe session(user)?.header(
        frame.pointee.hd.stream_id, UnsafeBufferPointer(start: name, count: nameBytes),
        UnsafeBufferPointer(start: value, count: bytes))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(handle) { _, _, stream, data, count, user in
      unsafe session(user)?.data(stream, UnsafeBufferPointer(start: data, count: count))
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(handle) { _, frame, user in
      guard let header = unsafe frame?.pointee.hd, isRequestPart(header) else { return 0 }
      unsafe session(user)?.ended(header.stream_id)
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(handle) { _, stream, _, user in
      unsafe session(user)?.closed(stream)
      return 0
    }
  }
}

private let sessionCallbacks = SessionCallbacks()

private func session(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
  unsafe user.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

/// The last frame of a request.
private func isRequestPart(_ header: nghttp2_frame_hd) -> Bool {
  let type = UInt32(header.type)
  return (type == NGHTTP2_HEADERS.rawValue || type == NGHTTP2_DATA.rawValue)
    && UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
}

private func readBody(
  _: OpaquePointer?, _ stream: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
  _ flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
  _ user: UnsafeMutableRawPointer?
) -> Int {
  guard let flags = unsafe flags, let session = unsafe session(user) else {
    return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
  }
  return unsafe session.read(stream, into: UnsafeMutableRawBufferPointer(start: buffer, count: length), flags)
}
