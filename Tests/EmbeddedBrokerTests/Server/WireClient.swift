import Glibc
import LocalServers
import Runtime
import TestSupport

@testable import EmbeddedBroker

/// A client that sends what it is told to, right or wrong.
final class WireClient {
  struct Ended: Error {}

  private let socket: Int32
  private var correlation: Int32 = 0

  init(port: Int) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Ended() }
    // A test that would wait for ever fails instead.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Ended() }
      sent += count
    }
  }

  /// A request's frame with its length.
  func frame<API: WireAPI>(_ api: API.Type, _ request: API.Request, version: Int16? = nil) throws -> [UInt8] {
    let version = version ?? api.versions.upperBound
    correlation += 1
    var writer = WireWriter(version: version, isFlexible: false)
    var (key, sentVersion, number) = (api.key.rawValue, version, correlation)
    var client: String? = "test"
    try writer.integer(&key)
    try writer.integer(&sentVersion)
    try writer.integer(&number)
    try writer.nullableString(&client)
    writer.isFlexible = api.isFlexible(version)
    try writer.tags()
    var request = request
    try request.fields(&writer)
    let body = Array(writer.finish().joined())
    return withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
  }

  func receive(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var received = 0
    while received < count {
      let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + received, count - received, 0) }
      guard got > 0 else { throw Ended() }
      received += got
    }
    return bytes
  }

  /// The next answer's correlation id and body.
  func answer<API: WireAPI>(_ api: API.Type, version: Int16? = nil) throws -> (correlation: Int32, API.Response) {
    let version = version ?? api.versions.upperBound
    let frame = try receive(Int(try receive(4).integer(UInt32.self, at: 0)))
    var reader = WireReader(frame.raw, version: version, isFlexible: api.isFlexible(version) && api.key != .apiVersions)
    var correlation: Int32 = 0
    try reader.integer(&correlation)
    try reader.tags()
    reader.isFlexible = api.isFlexible(version)
    var response = API.Response()
    try response.fields(&reader)
    try reader.expectEnd()
    return (correlation, response)
  }

  func ask<API: WireAPI>(_ api: API.Type, _ request: API.Request, version: Int16? = nil) throws -> API.Response {
    try send(frame(api, request, version: version))
    return try answer(api, version: version).1
  }

  /// True when the broker ends the connection, with nothing sent before.
  func isEnded() -> Bool {
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, 0) <= 0 && errno != EAGAIN
  }
}

/// A broker in this process, on a directory of its own.
final class TestBroker {
  let directory: TemporaryDirectory
  private(set) var server: BrokerServer
  private var settings: BrokerSettings

  private let files: any FileLayer

  init(files: any FileLayer = PosixFiles(), _ configure: (inout BrokerSettings) -> Void = { _ in }) throws {
    directory = try TemporaryDirectory(prefix: "bongsu-broker")
    var settings = BrokerSettings(dataDirectory: directory.file("data"))
    settings.port = 0
    configure(&settings)
    self.settings = settings
    self.files = files
    server = BrokerServer(settings, files: files) { _, _, _ in }
    try server.start()
  }

  deinit { server.stop() }

  var port: Int { server.port }
  func connect() throws -> WireClient { try WireClient(port: port) }

  func restart() throws {
    server.stop()
    server = BrokerServer(settings, files: files) { _, _, _ in }
    try server.start()
  }

  func makeTopic(_ name: String, partitions: Int32 = 1, settings: [String: String] = [:]) throws {
    let topic = CreateTopicsAPI.Topic(
      name: name, partitions: partitions, settings: settings.map { .init(name: $0.key, value: $0.value) })
    let made = try connect().ask(CreateTopicsAPI.self, .init(topics: [topic]))
    guard made.topics.first?.error == ErrorCode.none else { throw WireClient.Ended() }
  }
}
