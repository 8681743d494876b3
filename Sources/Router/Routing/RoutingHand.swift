import Audience
import Kafka
import NotificationModel
import Operations
import Postgres
import Redis
import Runtime
import Synchronization

/// A thread with a `BatchRouter` of its own, which routes one share at a time.
final class RoutingHand: Sendable {
  typealias Answer = (result: Result<RoutedBatch, PostgresError>, counts: AudienceCounts)

  /// What the two threads tell each other; the routing one has no other hold on this.
  private final class Desk: Sendable {
    enum Paper: Sendable {
      case share([SourceRecord], UnixTime)
      case end
    }

    let paper = Mutex<Paper?>(nil)
    let answer = Mutex<Answer?>(nil)
    let isGiven = WakeSignal()
    let isAnswered = WakeSignal()

    func give(_ paper: Paper) {
      self.paper.withLock { $0 = paper }
      isGiven.signal()
    }

    func run(_ settings: RouterSettings) {
      guard let router = try? BatchRouter(settings) else {
        preconditionFailure("a router of the same settings was made before")
      }
      while true {
        _ = Poll.wait([isGiven.fileDescriptor], timeoutMilliseconds: -1)
        isGiven.clear()
        guard case .share(let records, let now)? = paper.withLock({ $0.take() }) else { return }
        let result = Result { () throws(PostgresError) in try router.route(records, now: now) }
        answer.withLock { $0 = (result, router.audienceCounts) }
        isAnswered.signal()
      }
    }
  }

  private let desk = Desk()

  /// - Parameter settings: those of a router that could be made.
  init(number: Int, _ settings: RouterSettings) {
    _ = OwnedThread(name: "route \(number)", stackBytes: RoleThread.stackBytes) { [desk] in desk.run(settings) }
  }

  deinit { desk.give(.end) }

  /// Begins with a share; `finish` is to follow before the next.
  func begin(_ records: [SourceRecord], now: UnixTime) { desk.give(.share(records, now)) }

  /// Waits for what became of the share.
  func finish() -> Answer {
    _ = Poll.wait([desk.isAnswered.fileDescriptor], timeoutMilliseconds: -1)
    desk.isAnswered.clear()
    guard let answer = desk.answer.withLock({ $0.take() }) else { preconditionFailure("nothing was begun") }
    return answer
  }
}
