import Foundation
import Relay
import Testing

@testable import Administration

@Suite("A doctor's report")
struct DoctorReportTests {
  private let report = DoctorReport([
    .init("PostgreSQL (default)", [.ok("a", "all is well"), .warning("b", "not so well", "type X")]),
    .init("Kafka", [.failure("c", "nothing \"works\"", "type Y")]),
  ])

  @Test func `people see each finding, what to type and the sum`() {
    #expect(
      report.text == """
        PostgreSQL (default)
          ok    all is well
          warn  not so well
                -> type X

        Kafka
          FAIL  nothing "works"
                -> type Y

        1 ok, 1 warnings, 1 failures

        """)
    #expect(!report.isHealthy)
    #expect(DoctorReport([.init("x", [.warning("b", "seen", "do")])]).isHealthy)
  }

  @Test func `programs read the same as JSON`() throws {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    #expect(object["failures"] as? Int == 1)
    #expect(object["warnings"] as? Int == 1)
    let findings = try #require(object["findings"] as? [[String: String]])
    #expect(findings.map { $0["level"] } == ["ok", "warning", "failure"])
    #expect(
      findings.last == [
        "section": "Kafka", "check": "c", "level": "failure", "seen": "nothing \"works\"", "remedy": "type Y",
      ])
  }
}
