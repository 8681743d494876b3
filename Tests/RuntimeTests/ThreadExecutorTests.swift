import Foundation
import Runtime
import Testing

@Suite struct ThreadExecutorTests {
  /// As the kernel has it.
  private static func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return name?.trimmingCharacters(in: .newlines) ?? ""
  }

  /// Awaits a continuation that is resumed on yet another thread.
  private static func hop() async {
    await withCheckedContinuation { continuation in _ = OwnedThread(name: "elsewhere") { continuation.resume() } }
  }

  @Test func `every step of a task runs on a thread of its own, also after it has waited`() async {
    let task = Task(executorPreference: ThreadExecutor(name: "steps")) {
      var names = [Self.threadName()]
      await Self.hop()
      names.append(Self.threadName())
      return names
    }
    #expect(await task.value == ["steps", "steps"])
  }

  @Test func `a part of a task may run there, and returns to where the task was`() async {
    let before = Self.threadName()
    let there = await withTaskExecutorPreference(ThreadExecutor(name: "part")) { Self.threadName() }
    #expect(there == "part")
    #expect(before != "part" && Self.threadName() != "part")
  }
}
