import Audience
import NotificationModel
import Redis
import Runtime

/// The rate limiter, which is left alone for a while when Redis does not answer: each batch would wait for it.
final class LimiterGate {
  private let limiter: RateLimiter
  private var restUntil: Int64 = 0
  private var failures = 0

  init(_ limiter: RateLimiter) { self.limiter = limiter }

  func decide(_ requests: [RateRequest]) -> (decisions: [RateDecision], failure: RedisError?) {
    guard !requests.isEmpty else { return ([], nil) }
    let now = SystemTime.monotonicNanoseconds()
    guard now >= restUntil else { return (requests.map { _ in .unknown }, nil) }
    let answer = limiter.decide(requests)
    guard answer.failure != nil else {
      failures = 0
      return answer
    }
    failures += 1
    restUntil = SystemTime.monotonicNanoseconds() + Int64(min(5, failures)) * 1_000_000_000
    return answer
  }
}
