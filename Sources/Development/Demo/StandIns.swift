/// What the providers' stand-ins are asked and told, at the control address of `bongsu simulate`.
struct StandIns: Sendable {
  let pages: LocalPages
  let port: UInt16

  /// How often each delivery arrived, by its id.
  /// - Throws: `standIn`.
  func receipts() throws(DevelopmentError) -> [String: Int] {
    guard let answer = pages.ask("/received", port: port, timeout: .seconds(30)), answer.status == 200 else {
      throw DevelopmentError(.standIn, "the providers' stand-ins do not say what they received; see logs/simulate.log")
    }
    return Self.receipts(answer.body)
  }

  /// Lines of an id and a count.
  static func receipts(_ text: String) -> [String: Int] {
    text.split(separator: "\n").reduce(into: [:]) { receipts, line in
      let words = line.split(separator: " ")
      if words.count == 2, let count = Int(words[1]) { receipts[String(words[0]), default: 0] += count }
    }
  }

  /// Has a provider's stand-in misbehave for a while.
  /// - Parameters:
  ///   - how: as `bongsu simulate` calls it: `down` is nobody there, `often` a refusal of that one push for now.
  ///   - percent: how many of a hundred suffer.
  func misbehave(
    _ provider: String, _ how: String, for time: Duration, percent: Int = 100
  ) throws(DevelopmentError) {
    let milliseconds = Int(time / .milliseconds(1))
    let answer = pages.ask(
      "/misbehave?provider=\(provider)&how=\(how)&for=\(milliseconds)ms&percent=\(percent)", port: port)
    guard answer?.status == 200 else {
      throw DevelopmentError(.standIn, "the stand-in for \(provider) takes no orders: \(answer?.body ?? "no answer")")
    }
  }

  /// Forgets what it received before.
  func forget() throws(DevelopmentError) {
    guard pages.ask("/forget", port: port)?.status == 200 else {
      throw DevelopmentError(.standIn, "the providers' stand-ins do not answer; see logs/simulate.log")
    }
  }
}
