import Worker

/// Doubts that a flood of bad tokens is the tokens' fault: a worker for the wrong environment or project would have every
/// device of a database disabled.
struct TokenDoubt {
  /// What the provider says of a token that it has never given, or has given to another.
  private let words: Set<String>
  /// What the worker is told in place of it while there is doubt.
  private let code: String
  private var answers: [Bool] = []
  private var next = 0
  private var bad = 0
  private static let window = 200
  /// Fewer say nothing.
  private static let least = 50

  /// - Parameters:
  ///   - words: codes that blame the token, where they come with a dead address.
  ///   - code: the worker's own, while most are bad.
  init(words: Set<String>, code: String) { (self.words, self.code) = (words, code) }

  private mutating func note(isBad: Bool) {
    if answers.count < Self.window {
      answers.append(isBad)
    } else {
      if answers[next] { bad -= 1 }
      answers[next] = isBad
      next = (next + 1) % Self.window
    }
    if isBad { bad += 1 }
  }

  /// Over half of the last answers.
  private var isDoubtful: Bool { answers.count >= Self.least && bad * 2 > answers.count }

  /// A bad token is the token's fault only while most are good.
  mutating func judged(_ result: SendResult) -> SendResult {
    switch result {
    case .sent: note(isBad: false)
    case .failed(let failure) where isBad(failure):
      note(isBad: true)
      if isDoubtful { return .failed(SendFailure(.providerRefuses, code: code)) }
    case .failed: break
    }
    return result
  }

  /// FCM has one word for a bad token and for a bad message.
  private func isBad(_ failure: SendFailure) -> Bool {
    if case .deadAddress = failure.effect { words.contains(failure.code) } else { false }
  }
}
