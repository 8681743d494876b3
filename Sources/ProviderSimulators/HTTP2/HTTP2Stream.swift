/// One request and its answer within a connection.
final class HTTP2Stream {
  let id: Int32
  private(set) var method = ""
  private(set) var path = ""
  private(set) var headers: [HTTPHeader] = []
  private(set) var body: [UInt8] = []
  private(set) var bodyBytes = 0
  var output = OutgoingBody()

  init(id: Int32) { self.id = id }

  func add(name: String, value: String) {
    switch name {
    case ":method": method = value
    case ":path": path = value
    default: headers.append((name, value))
    }
  }

  /// Counts all, and keeps as much as `limit` allows.
  func add(_ chunk: UnsafeBufferPointer<UInt8>, limit: Int) {
    bodyBytes += chunk.count
    unsafe body.append(contentsOf: chunk.prefix(limit - body.count))
  }

  func request(connection: Int) -> HTTP2Request {
    HTTP2Request(
      connection: connection, method: method, path: path, headers: headers, body: body, bodyBytes: bodyBytes)
  }
}

/// A body on its way, which may have to wait for what is allowed.
struct OutgoingBody {
  var bytes: [UInt8] = []
  private(set) var sent = 0
  /// How much of it may go now.
  var allowed = 0
  /// Never for an answer that is cut.
  var mayEnd = true

  var hasSentAllowed: Bool { sent >= min(allowed, bytes.count) }
  var isComplete: Bool { sent == bytes.count && mayEnd }

  /// Moves what may go into `buffer`; how many bytes that were.
  mutating func move(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, min(allowed, bytes.count) - sent)
    guard count > 0 else { return 0 }
    unsafe bytes.withUnsafeBytes { source in
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[sent..<(sent + count)]))
    }
    sent += count
    return count
  }
}
