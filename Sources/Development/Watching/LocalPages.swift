import HTTPTransfer
import Runtime
import Synchronization

/// Asks the processes of this machine over HTTP. Blocks the calling thread; any thread may ask.
public final class LocalPages: Sendable {
  public struct Answer: Sendable {
    public let status: Int
    public let body: String
  }

  private let client: HTTPClient
  private let waiting = Waiting()

  /// The largest answer: what a stand-in has received in a demo.
  private static let bodyLimit = 256 << 20

  public init() throws {
    var settings = HTTPClientSettings()
    settings.allowsLocalPlaintext = true
    settings.bodyLimit = Self.bodyLimit
    client = try HTTPClient(settings) { [waiting] outcomes in waiting.take(outcomes) }
  }

  public func stop() { client.stop(within: .zero) }

  /// Nil where nobody answers in time.
  public func ask(_ path: String, port: UInt16, timeout: Duration = .seconds(3)) -> Answer? {
    send("GET", path, [], port, timeout)
  }

  public func post(_ path: String, json: String, port: UInt16, timeout: Duration = .seconds(3)) -> Answer? {
    send("POST", path, Array(json.utf8), port, timeout)
  }

  private func send(_ method: String, _ path: String, _ body: [UInt8], _ port: UInt16, _ timeout: Duration) -> Answer? {
    let (tag, arrived) = waiting.open()
    let headers = body.isEmpty ? [] : [(name: "content-type", value: "application/json")]
    client.submit([
      HTTPRequest(
        tag: tag, method: method, url: "http://127.0.0.1:\(port)\(path)", headers: headers, body: body,
        timeout: timeout)
    ])
    _ = Poll.wait([arrived.fileDescriptor], timeoutMilliseconds: -1)
    guard case .success(let response)? = waiting.close(tag)?.result, !response.isTruncated else { return nil }
    return Answer(status: response.status, body: String(decoding: response.body, as: UTF8.self))
  }

  /// Who waits for which answer. Every request comes back exactly once.
  private final class Waiting: Sendable {
    private let state = Mutex(State())

    private struct State {
      var next: UInt64 = 1
      var arrived: [UInt64: WakeSignal] = [:]
      var outcomes: [UInt64: HTTPOutcome] = [:]
    }

    func open() -> (UInt64, WakeSignal) {
      let signal = WakeSignal()
      let tag = state.withLock { state in
        defer { state.next += 1 }
        state.arrived[state.next] = signal
        return state.next
      }
      return (tag, signal)
    }

    func take(_ outcomes: [HTTPOutcome]) {
      for outcome in outcomes {
        state.withLock { state in
          state.outcomes[outcome.tag] = outcome
          state.arrived[outcome.tag]?.signal()
        }
      }
    }

    func close(_ tag: UInt64) -> HTTPOutcome? {
      state.withLock { state in
        state.arrived[tag] = nil
        return state.outcomes.removeValue(forKey: tag)
      }
    }
  }
}
