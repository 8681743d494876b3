import Redis

/// What the claims' scripts share: each is one step of Redis for all deliveries of a batch, on Redis' own time.
///
/// A claim is a hash: `s` its state (C claimed, S sending, D done, F failed), `p` replay and `a` attempt, `o` its owner
/// and `l` the end of the lease in milliseconds (empty but in C and S), `r` the outcome (D and F alone).
///
///     none, F of an earlier attempt, C with its lease over ──claim──> C ──begin──> S ──finish──> D or F
///                                                                     ^───────────┘ refused by the provider as a whole
///     S with its lease over ──claim──> C again (resend), or F (ambiguous)
///
/// Who claims what it sends at once may do both in one step: then claim leads to S.
enum ClaimScripts {
  private static let prelude = """
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
    local function read(key)
      local field = redis.call('HMGET', key, 's', 'p', 'a', 'o', 'l', 'r')
      return {
        state = field[1], replay = tonumber(field[2]), attempt = tonumber(field[3]), owner = field[4],
        lease = tonumber(field[5]), outcome = field[6]
      }
    end
    local function order(claim, replay, attempt)
      if replay ~= claim.replay then return replay < claim.replay and -1 or 1 end
      if attempt ~= claim.attempt then return attempt < claim.attempt and -1 or 1 end
      return 0
    end
    local function settle(key, state, outcome)
      redis.call('HSET', key, 's', state, 'r', outcome, 'o', '', 'l', '')
    end

    """

  /// ARGV: owner, lease, horizon, whether to send again what is ambiguous (1), the outcome of what is not, the state of
  /// what is claimed (C, or S where it is begun as well); for each key replay and attempt. Answers for each key a word and a text.
  static let claim = RedisScript(
    prelude + """
      local owner, lease, horizon, resend, ambiguous = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1', ARGV[5]
      local state = ARGV[6]
      local answers = {}
      for index, key in ipairs(KEYS) do
        local replay, attempt = tonumber(ARGV[5 + 2 * index]), tonumber(ARGV[6 + 2 * index])
        local claim = read(key)
        local word, text = 'claimed', ''
        if claim.state then
          local order = order(claim, replay, attempt)
          local isOpen = claim.state == 'C' or claim.state == 'S'
          local isLive = isOpen and claim.lease > now
          local isOwn = claim.state == 'C' and claim.owner == owner and order == 0
          if order < 0 then word = 'superseded'
          elseif isLive and not isOwn then word, text = 'held', tostring(claim.lease - now)
          elseif claim.state == 'D' and replay == claim.replay then word, text = 'done', claim.outcome
          elseif claim.state == 'F' and order == 0 then word, text = 'failed', claim.outcome
          elseif claim.state == 'S' then word = (resend or order > 0) and 'resend' or 'ambiguous'
          end
        end
        if word == 'claimed' or word == 'resend' then
          redis.call('HSET', key, 's', state, 'p', replay, 'a', attempt, 'o', owner, 'l', now + lease)
          if claim.outcome then redis.call('HDEL', key, 'r') end
          redis.call('PEXPIRE', key, horizon)
        elseif word == 'ambiguous' then
          settle(key, 'F', ambiguous)
        end
        answers[2 * index - 1], answers[2 * index] = word, text
      end
      return answers
      """)

  /// ARGV: owner, lease; for each key replay and attempt. Answers 1 for each that may be sent now.
  static let begin = RedisScript(
    prelude + """
      local answers = {}
      for index, key in ipairs(KEYS) do
        local claim = read(key)
        local isOwn = claim.state == 'C' and claim.owner == ARGV[1]
          and order(claim, tonumber(ARGV[1 + 2 * index]), tonumber(ARGV[2 + 2 * index])) == 0
        if isOwn then redis.call('HSET', key, 's', 'S', 'l', now + tonumber(ARGV[2])) end
        answers[index] = isOwn and 1 or 0
      end
      return answers
      """)

  /// ARGV: owner, lease, horizon; for each key replay, attempt, the state that it ends in (C: it was surely not taken and
  /// is to be sent again by the same owner) and the outcome. What was sent counts, whoever has the claim by now. Where
  /// there is none, as Redis was wiped meanwhile, nobody else has it: it is made anew.
  static let finish = RedisScript(
    prelude + """
      local answers = {}
      for index, key in ipairs(KEYS) do
        local at = 4 * index
        local state, outcome = ARGV[at + 2], ARGV[at + 3]
        local claim = read(key)
        local order = claim.state and order(claim, tonumber(ARGV[at]), tonumber(ARGV[at + 1]))
        local isOpen = claim.state == 'C' or claim.state == 'S'
        local isOwn = isOpen and order == 0 and claim.owner == ARGV[1]
        local counts = state == 'D' and (claim.state == 'F' and order == 0
          or isOpen and order <= 0 and tonumber(ARGV[at]) == claim.replay)
        local word, text = 'lost', ''
        if not claim.state then
          redis.call('HSET', key, 's', 'C', 'p', ARGV[at], 'a', ARGV[at + 1], 'o', ARGV[1], 'l', now + tonumber(ARGV[2]))
          redis.call('PEXPIRE', key, ARGV[3])
          if state ~= 'C' then settle(key, state, outcome) end
          word = 'marked'
        elseif isOwn and state == 'C' then
          redis.call('HSET', key, 's', 'C', 'l', now + tonumber(ARGV[2]))
          word = 'marked'
        elseif isOwn or counts then
          settle(key, state, outcome)
          word = 'marked'
        elseif order == 0 and not isOpen then
          word, text = 'settled', claim.outcome
        end
        answers[2 * index - 1], answers[2 * index] = word, text
      end
      return answers
      """)

  /// ARGV: owner, lease (0 gives it back, for another to take at once). Answers 1 for each that is still the owner's.
  static let renew = RedisScript(
    prelude + """
      local answers = {}
      local lease = tonumber(ARGV[2])
      for index, key in ipairs(KEYS) do
        local claim = read(key)
        local isOwn = claim.owner == ARGV[1] and (claim.state == 'C' or (claim.state == 'S' and lease > 0))
        if isOwn then redis.call('HSET', key, 'l', now + lease) end
        answers[index] = isOwn and 1 or 0
      end
      return answers
      """)
}
