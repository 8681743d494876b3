import CCurl
import Glibc
import Runtime

/// The multi handle and what waits in front of it. It belongs to one thread.
@safe final class TransferLoop {
  private let settings: HTTPClientSettings
  private let room: HostRoom
  private let multi: UnsafeMutableRawPointer
  private let watch: SocketWatch
  private var pace = LookPace()
  private let totals = TransferHost.ConnectionTotals()
  private var hosts: [Substring: TransferHost] = [:]
  /// So many hosts that some are forgotten.
  private var hostsLimit = 64
  private var waiting = RequestQueue()
  private var idle: [Transfer] = []
  /// By the easy handle's address.
  private var busy: [UInt: Transfer] = [:]
  private var finished: [FinishedRequest] = []

  /// - Parameter wake: ends a wait.
  init(_ settings: HTTPClientSettings, multi: UnsafeMutableRawPointer, wake: WakeSignal) {
    (self.settings, unsafe self.multi, watch) = (settings, unsafe multi, SocketWatch(wake: wake))
    unsafe watch.attach(to: multi)
    room = HostRoom(connections: settings.connections, streams: settings.streams)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.connections)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, settings.streams)
    unsafe bongsu_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.connections * 4)
  }

  var inFlight: Int { busy.count }
  var connections: Int { totals.open }
  var connectionsOpened: Int { totals.opened }
  var isIdle: Bool { busy.isEmpty && waiting.isEmpty }

  /// What has left the queue since this was asked last.
  func takeLeft() -> (count: Int, bytes: Int) { waiting.takeLeft() }

  /// Takes requests that were checked and counted.
  func add(_ requests: [PendingRequest]) {
    for request in requests { waiting.append(request, to: TransferHost.name(of: request.request.url)) }
  }

  /// Starts what may start, lets libcurl do what is due and takes what is done.
  func turn(now: Int64) -> [FinishedRequest] {
    let tooLate = HTTPTransferError(.timeout, "no connection was free in time")
    finished += waiting.removeExpired(at: now).map { $0.ended(tooLate) }
    start()
    if watch.takeRing(now: SystemTime.monotonicNanoseconds()) { act(on: CURL_SOCKET_TIMEOUT, 0) }
    takeFinished()
    defer { finished.removeAll(keepingCapacity: true) }
    return finished
  }

  /// Waits for the sockets, a wake-up or the time, and has libcurl look at the sockets at which something has happened.
  func wait(until deadline: Int64, now: Int64) {
    let until = min(deadline, waiting.nextDeadline, watch.callAt, now + 1_000_000_000)
    // What was just finished may have made room.
    let isReady = waiting.hosts.contains { mayStart($0) }
    push()
    let rest = pace.restsUntil(inFlight: inFlight)
    if rest > now { return watch.rest(nanoseconds: isReady ? 0 : min(until, rest) - now) }
    if watch.wait(nanoseconds: isReady ? 0 : until - now, { act(on: $0, $1) }) {
      pace.note(SystemTime.monotonicNanoseconds())
    }
  }

  /// Has what libcurl has written go on its way.
  private func push() {
    for host in hosts.values { host.push() }
  }

  private func act(on socket: curl_socket_t, _ bits: Int32) {
    var running: Int32 = 0
    unsafe curl_multi_socket_action(multi, socket, bits, &running)
  }

  /// Gives up everything: what waits was not sent, what is in flight may have been.
  func abandon() -> [FinishedRequest] {
    let error = HTTPTransferError(.stopped, "the client is stopped")
    finished += waiting.removeAll().map { $0.ended(error) }
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

extension TransferLoop {
  private func start() {
    for name in waiting.hosts {
      while mayStart(name), let request = waiting.popFirst(of: name) { start(request, host(name)) }
    }
  }

  private func mayStart(_ name: Substring) -> Bool {
    let known = hosts[name]
    let own = known?.inFlight ?? 0
    let isAlone = busy.count == own && waiting.hostCount == 1
    return room.isFree(known?.connection ?? .none, inFlight: own, all: busy.count, isAlone: isAlone)
  }

  private func host(_ name: Substring) -> TransferHost {
    if let known = hosts[name] { return known }
    if hosts.count >= hostsLimit {
      hosts = hosts.filter { !$0.value.isForgettable }
      hostsLimit = max(64, hosts.count * 2)
    }
    let host = TransferHost(name, totals)
    hosts[name] = host
    return host
  }

  private func start(_ pending: PendingRequest, _ host: TransferHost) {
    do throws(HTTPTransferError) {
      let transfer = if let known = idle.popLast() { known } else { try Transfer(settings) }
      transfer.load(pending, host)
      guard unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
        throw HTTPTransferError(.configuration, "libcurl does not take a transfer")
      }
      host.inFlight += 1
      busy[unsafe UInt(bitPattern: transfer.easy)] = transfer
    } catch {
      finished.append(pending.ended(error))
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
    unsafe curl_multi_remove_handle(multi, transfer.easy)
    let host = transfer.host
    finished.append(transfer.finish(code))
    host?.noteEnd()
    idle.append(transfer)
  }
}
