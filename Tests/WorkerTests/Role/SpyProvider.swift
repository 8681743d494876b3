import NotificationModel
import Runtime
import Synchronization
import Worker

/// Answers as a test tells it to, and remembers what it was asked to send.
final class SpyProvider: Provider {
  enum Answer: Sendable {
    case now(SendResult)
    /// When the test releases it.
    case later
  }

  let name = "spy"
  let resendsAmbiguous: Bool
  /// Of each request and how many came before it for its delivery.
  private let answer: @Sendable (SendRequest, Int) -> Answer
  private let state = Mutex(State())

  private struct State {
    var sent: [SendRequest] = []
    var counts: [String: Int] = [:]
    var held: [(request: SendRequest, report: @Sendable ([SendReport]) -> Void)] = []
    /// At once, the most there were.
    var flying: [DeliveryAddress: Int] = [:]
    var mostPerAddress = 0
    var mostInAll = 0
    var load: ProviderLoad?
    var ways: [ProviderWay] = []
  }

  static let sent = SendResult.sent(providerID: "p")

  init(resends: Bool = true, _ answer: @escaping @Sendable (SendRequest, Int) -> Answer = { _, _ in .now(sent) }) {
    (resendsAmbiguous, self.answer) = (resends, answer)
  }

  var requests: [SendRequest] { state.withLock(\.sent) }
  var ids: [String] { requests.map(\.delivery.id) }
  var heldCount: Int { state.withLock(\.held.count) }
  var mostPerAddress: Int { state.withLock(\.mostPerAddress) }
  var mostInAll: Int { state.withLock(\.mostInAll) }

  func send(_ requests: [SendRequest], report: @escaping @Sendable ([SendReport]) -> Void) {
    var reports: [SendReport] = []
    for request in requests {
      let before = state.withLock { state in
        state.sent.append(request)
        let flying = state.flying[request.delivery.address, default: 0] + 1
        state.flying[request.delivery.address] = flying
        state.mostPerAddress = max(state.mostPerAddress, flying)
        state.mostInAll = max(state.mostInAll, state.flying.values.reduce(0, +))
        defer { state.counts[request.delivery.id, default: 0] += 1 }
        return state.counts[request.delivery.id, default: 0]
      }
      switch answer(request, before) {
      case .now(let result):
        land(request)
        reports.append(SendReport(tag: request.tag, result))
      case .later: state.withLock { $0.held.append((request, report)) }
      }
    }
    if !reports.isEmpty { report(reports) }
  }

  private func land(_ request: SendRequest) { state.withLock { $0.flying[request.delivery.address]? -= 1 } }

  /// Answers so many of those that are held, the oldest first.
  func release(_ count: Int = .max, _ result: SendResult = sent) {
    let released = state.withLock { state in
      let part = Array(state.held.prefix(count))
      state.held.removeFirst(part.count)
      return part
    }
    for (request, report) in released {
      land(request)
      report([SendReport(tag: request.tag, result)])
    }
  }

  func stop(within time: Duration) {}

  var load: ProviderLoad? { state.withLock(\.load) }
  var ways: [ProviderWay] { state.withLock(\.ways) }

  func tell(_ load: ProviderLoad, _ ways: [ProviderWay]) { state.withLock { ($0.load, $0.ways) = (load, ways) } }
}
