/// Runs each step of a task on a thread of its own, for tasks that are seldom and must go on whatever happens to the few
/// threads that all others share; a step may also block. A step costs a thread's start, some 50 µs.
public final class ThreadExecutor: TaskExecutor {
  private let name: String

  /// - Parameter name: of the threads, as `OwnedThread` has it.
  public init(name: String) { self.name = name }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    _ = OwnedThread(name: name) { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
