import Glibc
import LocalServers
import Runtime
import Synchronization
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  private func shell(_ script: String) throws -> ChildProcess { try ChildProcess(ChildCommand("sh", ["-c", script])) }

  @Test func `both outputs are kept as lines, the last one without an end too`() throws {
    let child = try shell("echo one; echo two >&2; printf three")
    #expect(try child.waitForExit() == .code(0))
    try child.waitForOutputEnd()
    #expect(child.lines.sorted() == ["one", "three", "two"])
  }

  @Test(arguments: [("exit 0", ChildExit.code(0)), ("exit 7", .code(7)), ("kill -9 $$", .signal(9))])
  func `the exit is told`(script: String, exit: ChildExit) throws {
    #expect(try shell(script).waitForExit() == exit)
  }

  @Test func `a line is waited for, also one that was there before`() throws {
    let child = try shell("echo first; read line; echo second; exec sleep 60")
    #expect(try child.waitForLine(containing: "first") == "first")
    #expect(try child.waitForLine(containing: "first") == "first")
    #expect(try child.waitForLine(containing: "second") == "second")
    let error = #expect(throws: LocalServerError.self) {
      try child.waitForLine(containing: "third", timeout: .milliseconds(20))
    }
    #expect(error?.code == .timeout)
    #expect(child.exit == nil)
    child.stop()
    #expect(child.exit == .signal(15))
  }

  @Test func `a child that ends without the line is an error with its last words`() throws {
    let child = try shell("echo cannot go on >&2; exit 3")
    let error = #expect(throws: LocalServerError.self) { try child.waitForLine(containing: "ready") }
    #expect(error?.code == .didNotStart)
    #expect(error?.message.contains("exit code 3") == true)
    #expect(error?.message.contains("cannot go on") == true)
  }

  @Test func `a program that is not there is named`() {
    let error = #expect(throws: LocalServerError.self) { try ChildProcess(ChildCommand("no-such-program")) }
    #expect(error?.code == .notInstalled)
    #expect(error?.message.contains("no-such-program") == true)
  }

  @Test func `a stop insists when it is ignored`() throws {
    let child = try shell("trap '' TERM; echo ready; while :; do read line; sleep 60; done")
    try child.waitForLine(containing: "ready")
    child.stop(SIGTERM, timeout: .milliseconds(50))
    #expect(child.exit == .signal(9))
    #expect(!child.signal(SIGTERM), "a signal after the end")
  }

  @Test func `blocked signals are not inherited`() throws {
    let outcome = Mutex<ChildExit?>(nil)
    let thread = OwnedThread(name: "blocked") {
      _ = StopSignals()
      let child = try? ChildProcess(ChildCommand("sleep", ["60"]))
      child?.signal(SIGTERM)
      let exit = try? child?.waitForExit()
      outcome.withLock { $0 = exit }
    }
    thread.join()
    #expect(outcome.withLock { $0 } == .signal(15))
  }

  @Test func `a child ends with its last reference`() throws {
    func start() throws -> Int32 {
      let child = try shell("echo ready; exec sleep 60")
      try child.waitForLine(containing: "ready")
      return child.id
    }
    let id = try start()
    try eventually("it is gone") { kill(id, 0) != 0 }
  }

  @Test func `raw output is handed on as it comes, bytes of any value`() throws {
    let bytes = Mutex<[UInt8]>([])
    var command = ChildCommand("printf", [#"a\000\377\nb"#])
    command.onStandardOutput = { chunk in bytes.withLock { $0 += chunk } }
    let child = try ChildProcess(command)
    try child.waitForExit()
    try child.waitForOutputEnd()
    #expect(bytes.withLock { $0 } == [0x61, 0, 0xff, 0x0a, 0x62])
    #expect(child.lines.isEmpty)
  }

  @Test func `many lines from a talkative child are all there`() throws {
    let lines = try ChildProcess.run(ChildCommand("seq", ["20000"]))
    #expect(lines == (1...20_000).map(String.init))
  }

  @Test func `a command that fails is an error`() {
    let error = #expect(throws: LocalServerError.self) {
      try ChildProcess.run(ChildCommand("sh", ["-c", "echo why; exit 4"]))
    }
    #expect(error?.message.hasSuffix("failed with exit code 4\nwhy") == true)
  }

  @Test func `environment and directory are the child's own`() throws {
    var command = ChildCommand("sh", ["-c", "echo $GREETING; pwd"])
    command.environment = ["GREETING": "hello"]
    command.directory = "/usr"
    #expect(try ChildProcess.run(command) == ["hello", "/usr"])
  }

  @Test func `a child gets no descriptor but its own three`() throws {
    let leaky = fcntl(STDERR_FILENO, F_DUPFD, 200)
    try #require(leaky >= 200)
    defer { close(leaky) }
    let found = try ChildProcess.run(ChildCommand("sh", ["-c", "test -e /proc/self/fd/\(leaky) && echo leaked; true"]))
    #expect(found.isEmpty)
  }

  /// The parent is a stand-in for this process: a shell that starts a child by the same means.
  @Test func `a child ends with its parent, even one that is killed`() throws {
    // It says its number only once the signal is set.
    let parent = try shell("setpriv --pdeathsig KILL -- sh -c 'echo $$; exec sleep 60' & wait")
    let id = try #require(Int32(try parent.waitForLine { Int32($0) != nil }))
    parent.signal(SIGKILL)
    try parent.waitForExit()
    try parent.waitForOutputEnd()
    try eventually("it is gone") { kill(id, 0) != 0 }
  }
}

@Suite struct DirectoryAndPortTests {
  @Test func `a directory goes with its last reference`() throws {
    func make() throws -> String {
      let directory = try TemporaryDirectory()
      try #require(mkdir(directory.file("inside"), 0o700) == 0)
      return directory.path
    }
    #expect(access(try make(), F_OK) != 0)
  }

  @Test func `a port that is found can be listened on`() throws {
    let port = try FreePort.find()
    #expect(port >= 12_000 && port <= 32_000)
    #expect(FreePort.isFree(port))
  }
}
