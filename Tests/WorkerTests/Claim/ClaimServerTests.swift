import Testing
import Worker

@Suite("The Redis of the claims") struct ClaimServerTests {
  private static let info = "# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\nserver_time_usec:1700000000500000\r\n"

  @Test func `tells which it is, and by how much a clock is ahead of its`() throws {
    let server = try #require(ClaimServer(info: Self.info))
    #expect(server.runID == "abc")
    #expect(server.skew(ofClockAt: 1_700_003_600_500_000) == 3_600)
    #expect(server.skew(ofClockAt: 1_699_999_999_500_000) == -1)
  }

  @Test func `an older one does not tell its time, and what is no Redis tells nothing`() {
    #expect(ClaimServer(info: "run_id:abc\r\n")?.skew(ofClockAt: 0) == nil)
    #expect(ClaimServer(info: "run:abc\r\n") == nil)
  }
}
