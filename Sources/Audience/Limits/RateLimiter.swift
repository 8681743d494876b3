public import NotificationModel
public import Redis

/// Per-user rate limits, counted in Redis by Redis' own time, so that all routers count as one.
///
/// A decision is kept for the horizon under (event, user, channel): an event that is routed again gets the same answers
/// and is counted once. All questions of a batch travel in one script. It belongs to the thread of its connection.
public struct RateLimiter {
  private let redis: RedisConnection
  private let prefix: String
  private let horizon: Duration

  /// - Parameters:
  ///   - horizon: for how long an event may come again, as `claimHorizon`.
  ///   - prefix: of all keys.
  public init(_ redis: RedisConnection, horizon: Duration = .seconds(48 * 3600), prefix: String = "bongsu:") {
    self.redis = redis
    self.horizon = horizon
    self.prefix = prefix
  }

  /// While a script runs, Redis does nothing else; more than so many questions take a script each.
  private static let questionsPerScript = 2_000

  /// Decides a batch, in its order, in one round trip.
  /// - Returns: one decision for each request, and the error because of which some are unknown.
  public func decide(_ requests: [RateRequest]) -> (decisions: [RateDecision], failure: RedisError?) {
    ask(requests, Self.deciding)
  }

  /// What it would decide at present, each by itself: nothing is counted or kept.
  public func peek(_ requests: [RateRequest]) -> (decisions: [RateDecision], failure: RedisError?) {
    ask(requests, Self.peeking)
  }

  private func ask(
    _ requests: [RateRequest], _ script: RedisScript
  ) -> (decisions: [RateDecision], failure: RedisError?) {
    guard !requests.isEmpty else { return ([], nil) }
    let parts = stride(from: 0, to: requests.count, by: Self.questionsPerScript).map { start in
      requests[start..<min(start + Self.questionsPerScript, requests.count)]
    }
    do throws(RedisError) {
      let answers = try redis.pipeline(parts.map { command($0, script) })
      var failure: RedisError?
      let decisions = zip(parts, answers).flatMap { part, answer in
        if case .error(let error) = answer { failure = failure ?? error }
        return Self.decisions(answer, part.count)
      }
      return (decisions, failure)
    } catch {
      return (requests.map { _ in .unknown }, error)
    }
  }

  private static func decisions(_ answer: RedisValue, _ count: Int) -> [RateDecision] {
    guard let elements = answer.elements, elements.count == count else {
      return Array(repeating: .unknown, count: count)
    }
    return elements.map { $0 == .integer(1) ? .allowed : .limited }
  }

  private func command(_ requests: ArraySlice<RateRequest>, _ script: RedisScript) -> RedisCommand {
    var keys: [String] = []
    var arguments: [RedisArgument] = [.text(Self.milliseconds(horizon))]
    for request in requests {
      keys.append("\(prefix)decided:\(request.eventID)")
      arguments.append(.text("\(request.userID) \(request.channel)"))
      arguments.append(.text(String(request.scopes.count)))
      for scope in request.scopes {
        keys.append("\(prefix)rate:\(request.userID):\(scope.name)")
        arguments.append(.text(String(scope.windows.count)))
        for window in scope.windows {
          arguments += [.text(String(window.limit)), .text(Self.milliseconds(window.period))]
        }
      }
    }
    return RedisCommand(script, keys: keys, arguments: arguments)
  }

  private static func milliseconds(_ duration: Duration) -> String { String(Int64(duration / .milliseconds(1))) }
}

extension RateLimiter {
  /// A scope's key is a list of the times that were counted, the latest first, as many as its largest window needs: a
  /// window has room when its limit's place is empty, or holds a time that is over. Decisions are a hash for each event.
  ///
  /// KEYS: for each request the event's, then its scopes'. ARGV: the horizon; for each request its field and the number
  /// of scopes; for each scope the number of windows; for each window limit and period.
  private static let deciding = RedisScript(
    source(
      keeping: """
        redis.call('HSET', event, field, known)
        redis.call('PEXPIRE', event, horizon)
        if room then
          for _, scope in ipairs(scopes) do
            redis.call('LPUSH', scope[1], now)
            redis.call('LTRIM', scope[1], 0, scope[2] - 1)
            redis.call('PEXPIRE', scope[1], scope[3])
          end
        end
        """))
  private static let peeking = RedisScript(source(keeping: ""))

  private static func source(keeping: String) -> String {
    """
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
    local horizon = ARGV[1]
    local key, at, answer = 0, 1, {}

    local function next_key() key = key + 1 return KEYS[key] end
    local function next_argument() at = at + 1 return ARGV[at] end

    local function has_room(list, limit, period)
      local time = redis.call('LINDEX', list, limit - 1)
      return not time or now - tonumber(time) >= period
    end

    while at < #ARGV do
      local event, field = next_key(), next_argument()
      local room, scopes = true, {}
      for scope = 1, tonumber(next_argument()) do
        local list, keep, period = next_key(), 0, 0
        for window = 1, tonumber(next_argument()) do
          local limit, length = tonumber(next_argument()), tonumber(next_argument())
          room = room and has_room(list, limit, length)
          keep = math.max(keep, limit)
          period = math.max(period, length)
        end
        scopes[scope] = {list, keep, period}
      end
      local known = redis.call('HGET', event, field)
      if not known then
        known = room and '1' or '0'
        \(keeping)
      end
      answer[#answer + 1] = tonumber(known)
    end
    return answer
    """
  }
}
