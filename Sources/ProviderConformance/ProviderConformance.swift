public import NotificationModel
import Runtime
import Synchronization
public import Worker

/// Checks that a provider keeps what `Provider` promises: each request reported once, nothing of a person in a code, and
/// not a word of "sent" for what cannot have been. For the tests of a provider of your own, beside those of its answers.
///
///     let found = try ProviderConformance.check(sendable: myDeliveries, refused: [aDeliveryOfAnotherChannel]) {
///       try WebhookProvider(settings)
///     }
///     #expect(found == [])
public enum ProviderConformance {
  /// - Parameters:
  ///   - sendable: deliveries that the other side takes; ten or more.
  ///   - refused: deliveries that can never be sent, such as those of another channel; they are to be failed for good.
  ///   - within: how long the other side may take for all of them.
  ///   - make: a new provider each time.
  /// - Returns: what is not kept, a sentence each; empty when all is well.
  public static func check(
    sendable: [Delivery], refused: [Delivery], within limit: Duration = .seconds(30), make: () throws -> any Provider
  ) throws -> [String] {
    let provider = try make()
    var found = checkName(provider.name)
    let run = ConformanceRun(provider)
    let sent = run.send(sendable, from: 0, inCalls: 3)
    let wrong = run.send(refused, from: UInt64.max - UInt64(refused.count), inCalls: 1)
    found += run.await(sent + wrong, within: limit)
    for request in sent { found += checkSent(request, run.results(request.tag)) }
    for request in wrong { found += checkRefused(request, run.results(request.tag)) }
    provider.stop(within: .seconds(5))
    let late = run.send(Array(sendable.prefix(1)), from: UInt64(sendable.count), inCalls: 1)
    found += run.await(late, within: .seconds(5))
    for request in late { found += checkNotSent(request, run.results(request.tag), when: "it was stopped") }
    return found + run.repeated()
  }

  /// What is to be said while nobody can be reached: surely not sent, and no fault of the delivery's.
  /// - Parameter make: a provider that calls an address where nobody listens.
  public static func checkUnreachable(
    _ deliveries: [Delivery], within limit: Duration = .seconds(30), make: () throws -> any Provider
  ) throws -> [String] {
    let provider = try make()
    let run = ConformanceRun(provider)
    let requests = run.send(deliveries, from: 1, inCalls: 1)
    var found = run.await(requests, within: limit)
    for request in requests { found += checkNotSent(request, run.results(request.tag), when: "nobody was there") }
    provider.stop(within: .zero)
    return found + run.repeated()
  }

  /// What is in flight when it is stopped is reported, and as nothing better than unknown.
  /// - Parameter make: a provider that calls somebody who takes requests and never answers.
  public static func checkStop(_ deliveries: [Delivery], make: () throws -> any Provider) throws -> [String] {
    let provider = try make()
    let run = ConformanceRun(provider)
    let requests = run.send(deliveries, from: 1, inCalls: 2)
    provider.stop(within: .milliseconds(500))
    var found = run.await(requests, within: .zero)
    for request in requests {
      if case .sent? = run.results(request.tag).first {
        found.append("tag \(request.tag) is sent, and was not answered")
      }
    }
    return found + run.repeated()
  }
}
