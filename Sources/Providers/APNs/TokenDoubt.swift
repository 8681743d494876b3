import Worker

/// Doubts that a flood of bad tokens is the tokens' fault: a worker for the wrong environment would have every device
/// of a database disabled.
struct TokenDoubt {
  private var answers: [Bool] = []
  private var next = 0
  private var bad = 0
  private static let window = 200
  /// Fewer say nothing.
  private static let least = 50

  /// - Parameter isBad: APNs called the token bad.
  mutating func note(isBad: Bool) {
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
  var isDoubtful: Bool { answers.count >= Self.least && bad * 2 > answers.count }

  /// A bad token is the token's fault only while most are good.
  mutating func judged(_ result: SendResult) -> SendResult {
    switch result {
    case .sent: note(isBad: false)
    case .failed(let failure) where failure.code == "BadDeviceToken":
      note(isBad: true)
      if isDoubtful { return .failed(SendFailure(.providerRefuses, code: "BadDeviceTokens")) }
    case .failed: break
    }
    return result
  }
}
