import Foundation
import HTTPTransfer
import LocalServers
import TestSupport
import Testing

/// Beside nghttpd, a server of HTTP/2 that is not ours.
@Suite("A client over HTTP/2", .requires(.nghttpd)) struct HTTP2Tests {
  @Test func `a thousand requests travel on one connection, after the first has made it`() throws {
    let server = try NGHTTPDServer()
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.authorityFile = server.authorityFile }
    defer { client.stop(within: .zero) }
    client.submit((0..<1_000).map { HTTPRequest(tag: $0, url: server.url, body: Array("hello".utf8)) })
    let all = try outcomes.take(1_000)
    #expect(all.map(\.tag) == Array(0..<1_000))
    #expect(all.allSatisfy { $0.response?.status == 200 && $0.response?.isTruncated == false })
    #expect(client.counts.connectionsOpened <= 4 && client.counts.queued == 0)
  }

  /// 7.88 would open one for each of them.
  @Test func `a cold burst opens no more connections than are allowed`() throws {
    let server = try NGHTTPDServer(arguments: ["--max-concurrent-streams=10"])
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) {
      ($0.authorityFile, $0.connections, $0.streams) = (server.authorityFile, 3, 10)
    }
    defer { client.stop(within: .zero) }
    client.submit((0..<500).map { HTTPRequest(tag: $0, url: server.url) })
    #expect(try outcomes.take(500).allSatisfy { $0.response?.status == 200 })
    #expect(client.counts.connectionsOpened <= 3 && client.counts.connections >= 1)
  }

  @Test func `a server whose authority is not known, or whose certificate is another host's, gets nothing`() throws {
    let server = try NGHTTPDServer()
    let unknown = try HTTPClient.run([HTTPRequest(url: server.url)])[0].error
    #expect(unknown?.code == .tls && unknown?.mayHaveArrived == false)
    let other = try HTTPClient.run([HTTPRequest(url: "https://localhost:\(server.port)/index.html")]) {
      $0.authorityFile = server.authorityFile
    }
    #expect(other[0].error?.code == .tls)
  }

  @Test func `a server that dies is told, and the next one is used as soon as it is there`() throws {
    let port = try FreePort.find()
    let first = try NGHTTPDServer(port: port)
    let outcomes = Outcomes()
    let client = try HTTPClient.client(outcomes) { $0.authorityFile = first.authorityFile }
    defer { client.stop(within: .zero) }
    client.submit([HTTPRequest(tag: 0, url: first.url)])
    _ = try outcomes.take(1)
    try first.stop()
    client.submit([HTTPRequest(tag: 1, url: first.url)])
    #expect(try outcomes.take(2)[1].error != nil)
    let second = try NGHTTPDServer(port: port, certificate: first.certificate)
    client.submit([HTTPRequest(tag: 2, url: second.url)])
    #expect(try outcomes.take(3)[2].response?.status == 200)
  }
}
