import CCurl
import Glibc
import Runtime

/// The multi handle and what waits in front of it. It belongs to one thread.
@safe final class TransferLoop {
  private let settings: HTTPClientSettings
  private let multi: UnsafeMutableRawPointer
  private var hosts: [Substring: TransferHost] = [:]
  private var waiting: [Substring: Waiting] = [:]
  private var idle: [Transfer] = []
  /// By the easy handle's address.
  private var busy: [UInt: Transfer] = [:]
  private var finished: [HTTPOutcome] = []
  private var started = (count: 0, bytes: 0)

  private struct Waiting {
    var requests: [HTTPRequest] = []
    var next = 0
  }

  init(_ settings: HTTPClientSettings, multi: UnsafeMutableRawPointer) {
    (self.settings, unsafe self.multi) = (settings, unsafe multi)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.connections)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, settings.streams)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.connections * 4)
  }

  var inFlight: Int { busy.count }
  var connections: Int { hosts.values.reduce(0) { $0 + $1.connections } }
  var connectionsOpened: Int { hosts.values.reduce(0) { $0 + $1.opened } }

  var isIdle: Bool { busy.isEmpty && waiting.isEmpty }

  /// What has left the queue since this was asked last.
  func takeStarted() -> (count: Int, bytes: Int) {
    defer { started = (0, 0) }
    return started
  }

  /// Takes requests that were checked and counted.
  func add(_ requests: [HTTPRequest]) {
    for request in requests {
      waiting[TransferHost.name(of: request.url), default: Waiting()].requests.append(request)
    }
  }

  /// Starts what may start, lets libcurl work and takes what is done.
  func turn() -> [HTTPOutcome] {
    start()
    var running: Int32 = 0
    unsafe curl_multi_perform(multi, &running)
    takeFinished()
    defer { finished.removeAll(keepingCapacity: true) }
    return finished
  }

  /// Waits for the sockets, a wake-up or the time.
  func wait(milliseconds: Int32) {
    // What was just finished may have made room.
    let isReady = waiting.keys.contains { (hosts[$0]?.room(settings) ?? 1) > 0 }
    unsafe curl_multi_poll(multi, nil, 0, isReady ? 0 : milliseconds, nil)
  }

  private func start() {
    for name in waiting.keys {
      let host = host(name)
      var room = host.room(settings)
      while room > 0, let request = next(name) {
        start(request, host)
        room -= 1
      }
    }
  }

  private func host(_ name: Substring) -> TransferHost {
    if let known = hosts[name] { return known }
    let host = TransferHost()
    hosts[name] = host
    return host
  }

  /// In the order in which they came, without moving the others each time.
  private func next(_ name: Substring) -> HTTPRequest? {
    guard let list = waiting[name] else { return nil }
    if list.next == list.requests.count {
      waiting[name] = nil
      return nil
    }
    waiting[name]?.next += 1
    leave(list.requests[list.next])
    return list.requests[list.next]
  }

  private func leave(_ request: HTTPRequest) { started = (started.count + 1, started.bytes + request.size) }

  private func start(_ request: HTTPRequest, _ host: TransferHost) {
    do throws(HTTPTransferError) {
      let transfer = if let known = idle.popLast() { known } else { try Transfer(settings) }
      transfer.load(request, host)
      guard unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
        throw HTTPTransferError(.configuration, "libcurl does not take a transfer")
      }
      host.inFlight += 1
      busy[unsafe UInt(bitPattern: transfer.easy)] = transfer
    } catch {
      finished.append(HTTPOutcome(tag: request.tag, .failure(error)))
    }
  }

  private func takeFinished() {
    var code = CURLE_OK
    while let easy = unsafe bongsu_curl_next_done(multi, &code) {
      guard let transfer = busy.removeValue(forKey: UInt(bitPattern: easy)) else { continue }
      end(transfer, code)
    }
  }

  private func end(_ transfer: Transfer, _ code: CURLcode) {
    transfer.host?.inFlight -= 1
    unsafe curl_multi_remove_handle(multi, transfer.easy)
    finished.append(transfer.outcome(code))
    idle.append(transfer)
  }

  /// Gives up everything: what waits was not sent, what is in flight may have been.
  func abandon() -> [HTTPOutcome] {
    for list in waiting.values {
      for request in list.requests[list.next...] {
        leave(request)
        let error = HTTPTransferError(.stopped, "the client is stopped")
        finished.append(HTTPOutcome(tag: request.tag, .failure(error)))
      }
    }
    waiting = [:]
    for transfer in Array(busy.values) { end(transfer, CURLE_ABORTED_BY_CALLBACK) }
    busy = [:]
    defer { finished = [] }
    return finished
  }

  /// Closes the connections. Nothing may be called afterwards.
  func close() {
    idle = []
    unsafe curl_multi_cleanup(multi)
  }
}
