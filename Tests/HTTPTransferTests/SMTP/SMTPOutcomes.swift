import HTTPTransfer
import Runtime
import Synchronization
import TestSupport

/// What a client has delivered.
final class SMTPOutcomes: Sendable {
  private let all = Mutex<[SMTPOutcome]>([])
  private let arrived = WakeSignal()

  func add(_ outcome: SMTPOutcome) {
    all.withLock { $0.append(outcome) }
    arrived.signal()
  }

  var count: Int { all.withLock(\.count) }

  /// Waits until there are so many, and a moment of the test's patience at most.
  func take(_ count: Int, within seconds: Int32 = 60) throws -> [SMTPOutcome] {
    let deadline = SystemTime.monotonicNanoseconds() + Int64(seconds) * 1_000_000_000
    while true {
      let outcomes = all.withLock { $0 }
      if outcomes.count >= count { return outcomes.sorted { $0.tag < $1.tag } }
      let left = (deadline - SystemTime.monotonicNanoseconds()) / 1_000_000
      guard left > 0 else { throw NeverHappened(description: "\(outcomes.count) of \(count) outcomes came") }
      _ = Poll.wait([arrived.fileDescriptor], timeoutMilliseconds: Int32(left))
      arrived.clear()
    }
  }
}

extension SMTPClient {
  typealias Change = (inout SMTPClientSettings) -> Void

  static func client(
    _ server: ScriptedSMTPServer, _ outcomes: SMTPOutcomes, _ change: Change = { _ in }
  ) throws -> SMTPClient {
    var settings = SMTPClientSettings(host: "127.0.0.1", port: server.port, security: .plain)
    change(&settings)
    return try SMTPClient(settings) { outcomes.add($0) }
  }

  /// Sends them all, stops, and returns what came of them, by tag.
  static func run(
    _ mails: [SMTPMail], _ server: ScriptedSMTPServer, _ change: Change = { _ in }
  ) throws -> [SMTPOutcome] {
    let outcomes = SMTPOutcomes()
    let client = try client(server, outcomes, change)
    client.submit(mails)
    defer { client.stop(within: .seconds(30)) }
    return try outcomes.take(mails.count)
  }

  /// Sends one after another, so that a connection is used again.
  static func runInTurn(
    _ mails: [SMTPMail], _ server: ScriptedSMTPServer, _ change: Change = { _ in }
  ) throws -> [SMTPOutcome] {
    let outcomes = SMTPOutcomes()
    let client = try client(server, outcomes, change)
    defer { client.stop(within: .seconds(30)) }
    for (place, mail) in mails.enumerated() {
      client.submit([mail])
      _ = try outcomes.take(place + 1)
    }
    return try outcomes.take(mails.count)
  }
}

extension SMTPMail {
  static func mail(_ tag: UInt64, text: String = "Subject: a\r\n\r\nhello\r\n") -> SMTPMail {
    SMTPMail(tag: tag, from: "sender@example.com", to: "user\(tag)@example.org", bytes: Array(text.utf8))
  }

  /// So long that it does not fit into what the system holds for a connection.
  static func long(_ tag: UInt64) -> SMTPMail {
    mail(tag, text: String(repeating: String(repeating: "x", count: 998) + "\r\n", count: 5_000))
  }
}

extension SMTPOutcome {
  var receipt: SMTPReceipt? { try? result.get() }
  var failure: SMTPFailure? { if case .failure(let failure) = result { failure } else { nil } }
}
