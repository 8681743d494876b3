import Arguments
import Foundation
import LocalServers
import Testing

@Suite("Completion scripts")
struct CompletionTests {
  /// Sources the script in a real bash and asks what it offers for the last word.
  private func bash(_ words: String...) throws -> [String] {
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let question = """
      COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); _ship
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let script = Shell.bash.completionScript(for: SampleCommands.root) + question
    return try run("/bin/bash", ["-c", script]).filter { !$0.isEmpty }
  }

  private func run(_ shell: String, _ arguments: [String]) throws -> [String] {
    try ChildProcess.run(ChildCommand(shell, arguments))
  }

  @Test("bash offers commands, options, and words of options and positionals")
  func bashOffers() throws {
    #expect(try bash("ship", "") == ["relay", "completions", "config", "--help"])
    #expect(try bash("ship", "re") == ["relay"])
    #expect(try bash("ship", "relay", "--s") == ["--slot", "--set"])
    #expect(try bash("ship", "relay", "--create-slot", "--ta") == ["--tables"])
    #expect(try bash("ship", "relay", "--level", "") == ["info", "warning"])
    #expect(try bash("ship", "relay", "--slot", "").isEmpty)
    #expect(try bash("ship", "completions", "z") == ["zsh"])
    #expect(try bash("ship", "config", "co") == ["copy"])
  }

  @Test("zsh and fish scripts name every command and quote what shells would read")
  func others() {
    let zsh = Shell.zsh.completionScript(for: SampleCommands.root)
    #expect(zsh.contains(#"'--level:It'\''s the level: of logs.'"#))
    #expect(zsh.contains("'ship relay --config') _files; return ;;"))
    #expect(zsh.contains("'ship config copy') place="))
    let fish = Shell.fish.completionScript(for: SampleCommands.root)
    #expect(fish.contains(#"-n '__ship_at ship relay' -l level -x -a 'info warning' -d 'It\'s the level: of logs.'"#))
    #expect(fish.contains("-n '__ship_at ship completions' -a 'bash zsh'"))
  }

  @Test(
    "a shell that is here accepts its script",
    .enabled(if: ["/usr/bin/zsh", "/usr/bin/fish"].contains { FileManager.default.isExecutableFile(atPath: $0) }))
  func syntax() throws {
    for shell in [Shell.zsh, .fish] where FileManager.default.isExecutableFile(atPath: "/usr/bin/\(shell)") {
      _ = try run("/usr/bin/\(shell)", ["-n", "-c", shell.completionScript(for: SampleCommands.root)])
    }
  }
}
