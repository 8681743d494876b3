import Worker

/// The result codes of NHN Cloud's SMS service, of a call and of a recipient alike.
enum NHNErrors {
  /// - Parameter code: nil: it gave none that can be read.
  static func failure(code: String?) -> SendFailure {
    guard let code else { return SMSAnswer.unreadable }
    return SendFailure(table[code] ?? .permanent, code: code)
  }

  static let table: [String: SendFailure.Effect] = [
    // The app's key is wrong, unknown, ended or blocked, or this machine's address is not let in.
    "-1000": .providerRefuses, "-1001": .providerRefuses, "-1002": .providerRefuses, "-1003": .providerRefuses,
    "-1004": .providerRefuses, "-1007": .providerRefuses, "-1008": .providerRefuses,
    // The path is wrong.
    "-9995": .providerRefuses, "-9998": .providerRefuses,
    // A system error at an unknown place.
    "-9999": .unknown,
    // It could not be put into the queue.
    "-2021": .providerBusy,
    // No number.
    "-2019": .deadAddress(since: nil),
    // The sender is not registered, or blocked.
    "-2312": .providerRefuses, "-2313": .providerRefuses,
    // Advertising needs a number for refusing it, which the account lacks.
    "-6000": .providerRefuses, "-6004": .providerRefuses,
  ]
}
