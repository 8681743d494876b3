import Foundation
import Synchronization

/// A durable one-node server of Kafka's protocol, for one machine.
///
/// It runs on a thread of its own. `start` recovers what the data directory holds and returns once it listens; `stop`
/// answers what was begun, makes all durable and returns when the thread has ended.
public final class BrokerServer: Sendable {
  private let settings: BrokerSettings
  private let files: any FileLayer
  private let report: BrokerReport
  private let mailbox = Mutex(Mailbox())
  private let ended = DispatchSemaphore(value: 0)

  private struct Mailbox {
    var signal: LoopSignal?
    var messages: [@Sendable (ServerLoop) -> Void] = []
    var port = 0
    var isStarted = false
  }

  /// - Parameter report: is told what a log should hold, on the broker's thread.
  public convenience init(_ settings: BrokerSettings, report: @escaping BrokerReport = { _, _, _ in }) {
    self.init(settings, files: PosixFiles(), report: report)
  }

  init(_ settings: BrokerSettings, files: any FileLayer, report: @escaping BrokerReport) {
    self.settings = settings
    self.files = files
    self.report = report
  }

  /// The port that was taken.
  public var port: Int { mailbox.withLock { $0.port } }

  /// To be called once.
  /// - Throws: what is wrong with the settings, the directory or the address, and what to do.
  public func start() throws(BrokerError) {
    try settings.check()
    precondition(mailbox.withLock { !$0.isStarted }, "a broker is started once")
    mailbox.withLock { $0.isStarted = true }
    let outcome = Mutex<Result<Int, BrokerError>?>(nil)
    let started = DispatchSemaphore(value: 0)
    let thread = Thread { [self] in
      run { result in
        outcome.withLock { $0 = result }
        started.signal()
      }
      ended.signal()
    }
    thread.name = "broker"
    thread.start()
    started.wait()
    _ = try outcome.withLock { $0 ?? .failure(BrokerError("the broker did not start")) }.get()
  }

  private func run(_ started: (Result<Int, BrokerError>) -> Void) {
    do throws(BrokerError) {
      DescriptorLimit.raise()
      do {
        try files.makeDirectory(settings.dataDirectory)
      } catch {
        throw BrokerError("the data directory cannot be made: \(error.description)")
      }
      let lock = try DataLock(directory: settings.dataDirectory)
      let server = try ServerLoop(settings, files: files, report: report)
      try listen(server)
      started(.success(port))
      server.run()
      mailbox.withLock { $0.signal = nil }
      withExtendedLifetime(lock) {}
    } catch {
      started(.failure(error))
    }
  }

  private func listen(_ server: ServerLoop) throws(BrokerError) {
    do {
      let port = try server.listen()
      let signal = server.wake { [unowned self, unowned server] in deliver(to: server) }
      mailbox.withLock {
        $0.signal = signal
        $0.port = port
      }
    } catch {
      server.abandon()
      throw error
    }
  }

  private func deliver(to server: ServerLoop) {
    let messages = mailbox.withLock { mailbox in
      defer { mailbox.messages = [] }
      return mailbox.messages
    }
    for message in messages { message(server) }
  }

  /// False when the broker does not run.
  @discardableResult
  private func post(_ message: @escaping @Sendable (ServerLoop) -> Void) -> Bool {
    mailbox.withLock { mailbox in
      guard let signal = mailbox.signal else { return false }
      mailbox.messages.append(message)
      signal.send()
      return true
    }
  }

  /// Blocks until all is durable and the thread has ended. A broker that was not started has nothing to stop.
  public func stop() {
    guard post({ server in server.stop() }) else { return }
    ended.wait()
    ended.signal()
  }

  /// The broker at this moment; nil when it does not answer within `seconds`, which is a reason to worry.
  public func snapshot(within seconds: Double = 2) -> BrokerSnapshot? {
    let box = SnapshotBox()
    guard post({ server in box.fill(server.snapshot) }), box.wait(seconds) else { return nil }
    return box.snapshot
  }
}

/// Carries a snapshot from the broker's thread to the one that asked.
private final class SnapshotBox: Sendable {
  private let value = Mutex<BrokerSnapshot?>(nil)
  private let filled = DispatchSemaphore(value: 0)

  var snapshot: BrokerSnapshot? { value.withLock { $0 } }

  func fill(_ snapshot: BrokerSnapshot) {
    value.withLock { $0 = snapshot }
    filled.signal()
  }

  func wait(_ seconds: Double) -> Bool { filled.wait(timeout: .now() + seconds) == .success }
}
