import Synchronization
public import Telemetry

/// The supervisor's own log, which lies beside those of the roles. Lines before it has its file are kept for it.
public final class SiteLogSink: LogSink {
  private let state = Mutex<(log: RoleLog?, early: [LogLine])>((nil, []))

  public init() {}

  public func write(_ line: LogLine) {
    let log = state.withLock { state in
      if state.log == nil { state.early.append(line) }
      return state.log
    }
    log?.write(line.json)
  }

  public func open(_ log: RoleLog) {
    let early = state.withLock { state in
      defer { state = (log, []) }
      return state.early
    }
    for line in early { log.write(line.json) }
  }
}
