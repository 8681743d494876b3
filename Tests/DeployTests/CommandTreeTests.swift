import Arguments
import Testing

@testable import bongsu

@Suite struct CommandTreeTests {
  @Test func `each command says what it is for and shows an example`() {
    let faults = rootCommand.faults()
    #expect(faults.isEmpty, "\(faults)")
    #expect(rootCommand.subcommands.count > 20)
  }
}
