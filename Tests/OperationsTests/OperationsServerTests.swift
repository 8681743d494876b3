import Configuration
import Foundation
import HTTPServer
import Telemetry
import TestSupport
import Testing

@testable import Operations

@Suite struct OperationsServerTests {
  private func serve(health: [String: String] = [:], readiness: [String: String] = [:]) throws -> (
    OperationsServer, HTTPProbe
  ) {
    let metrics = MetricsRegistry()
    metrics.counter("rows_total", help: "Rows.").increment(by: 3)
    let server = try OperationsServer(
      ListenAddress("127.0.0.1:0"), metrics: metrics, health: { health }, readiness: { readiness })
    return (server, HTTPProbe(port: UInt16(server.port)))
  }

  @Test func `metrics are Prometheus text`() throws {
    let (server, probe) = try serve()
    defer { server.stop() }
    #expect(try probe.get("/metrics").body == "# HELP rows_total Rows.\n# TYPE rows_total counter\nrows_total 3\n")
  }

  @Test func `health and readiness are told apart`() throws {
    let (server, probe) = try serve(readiness: ["slot": "busy"])
    defer { server.stop() }
    #expect(try probe.get("/healthz").status == 200)
    #expect(try probe.get("/healthz").body == #"{"ok":true,"problems":{}}"# + "\n")
    #expect(try probe.get("/readyz").status == 503)
  }

  @Test func `what is impaired is told, and the process is ready all the same`() throws {
    let server = try OperationsServer(
      ListenAddress("127.0.0.1:0"), metrics: MetricsRegistry(), health: { [:] }, readiness: { [:] },
      impairments: { ["release": "away"] })
    defer { server.stop() }
    let probe = HTTPProbe(port: UInt16(server.port))
    #expect(try probe.get("/readyz").status == 200)
    #expect(try probe.get("/readyz").body == #"{"ok":true,"problems":{},"impaired":{"release":"away"}}"# + "\n")
    #expect(try probe.get("/healthz").body == #"{"ok":true,"problems":{}}"# + "\n")
  }

  @Test func `problems are JSON, whatever they say`() throws {
    let hostile = "quote \" backslash \\ line\nend \u{7} 봉수"
    let (server, probe) = try serve(health: ["a \"b\"": hostile])
    defer { server.stop() }
    let answer = try JSONSerialization.jsonObject(with: Data(try probe.get("/healthz").body.utf8)) as? [String: Any]
    #expect(answer?["ok"] as? Bool == false)
    #expect(answer?["problems"] as? [String: String] == ["a \"b\"": hostile])
  }

  @Test func `another path says what there is`() throws {
    let (server, probe) = try serve()
    defer { server.stop() }
    let answer = try probe.get("/metrics/")
    #expect(answer.status == 404)
    #expect(answer.body == "try /metrics, /healthz or /readyz\n")
  }
}

@Suite struct OperationsSettingsTests {
  @Test func `address and level have defaults`() throws {
    let reader = ConfigurationReader()
    let settings = OperationsSettings(reader)
    try reader.finish()
    #expect(settings.listen == .standard)
    #expect(settings.logLevel == .info)
  }

  @Test func `both can be set`() throws {
    let file = try ConfigurationFile(text: "http: {listen: '[::1]:0'}\nlog: {level: warning}", name: "test.yaml")
    let reader = ConfigurationReader(file: file)
    let settings = OperationsSettings(reader)
    try reader.finish()
    #expect("\(settings.listen)" == "[::1]:0")
    #expect(settings.logLevel == .warning)
  }

  @Test func `what is wrong is told with its place`() throws {
    let file = try ConfigurationFile(text: "http: {listen: nowhere}\nlog: {level: loud}", name: "test.yaml")
    let reader = ConfigurationReader(file: file)
    _ = OperationsSettings(reader)
    let error = #expect(throws: ConfigurationError.self) { try reader.finish() }
    #expect(error?.problems.map { "\($0.origin?.description ?? "")" } == ["test.yaml:1:16", "test.yaml:2:14"])
  }
}
