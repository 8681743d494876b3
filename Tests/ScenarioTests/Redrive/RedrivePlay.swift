import Foundation
import LocalServers
import NotificationModel
import TestSupport
import Testing

/// A play of redrives: dead letters of every kind under load, faults, and a verdict by what the topics hold.
final class RedrivePlay {
  let name: String
  let seed: UInt64
  let site: RedriveSite
  let redis: RedisServer
  var random: SeededGenerator
  private(set) var redrives: [DaemonProcess] = []
  private(set) var written: [Written] = []
  private let targets: [String]

  /// A dead letter, and what is to become of it.
  struct Written {
    enum End { case back, parked, suppressed }

    let id: String
    let attempt: Int
    let value: [UInt8]
    let end: End
  }

  static let people = 50
  private static let tiers = "300ms,600ms,900ms,1200ms"

  private init(_ name: String, _ seed: UInt64) throws {
    (self.name, self.seed) = (name, seed)
    random = SeededGenerator(seed: seed)
    let stage = try RoleStage.shared
    redis = stage.redis
    site = try RedriveSite(partitions: 3, broker: stage.broker, postgres: stage.postgres)
    try site.site.makePeople(Self.people)
    // Every tenth wants no SMS.
    try site.site.database.run(
      """
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      SELECT n, 'service', 'sms', false FROM generate_series(10, \(Self.people), 10) n
      """)
    let list = try site.site.database.scalar(
      "SELECT string_agg(contact_id::text, ',' ORDER BY user_id) FROM notification.contact WHERE kind = 'phone'")
    targets = (list ?? "").split(separator: ",").map(String.init)
  }

  /// - Parameter mayRepeat: whether a record may come twice, as redrive died between sending and committing.
  static func play(
    _ name: String, _ seed: UInt64 = 1, mayRepeat: Bool = true, location: SourceLocation = #_sourceLocation,
    _ body: (RedrivePlay) throws -> Void
  ) throws {
    let play = try RedrivePlay(name, seed)
    defer { for redrive in play.redrives { redrive.kill() } }
    let start = ContinuousClock.now
    do {
      try body(play)
      try play.settle()
    } catch {
      try? RoleStage.shared.recover()
      Issue.record(error, "\(name), seed \(seed)\n\(play.lastWords)", sourceLocation: location)
      return
    }
    let verdict = try RedriveOracle(play.site, play.written).judge()
    let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    print(
      "scenario\tredrive: \(name)\t\(seed)\t\(play.written.count)\t\(verdict.missing)\t\(verdict.duplicates)\t-\t\(seconds)"
    )
    #expect(
      verdict.isSound && !play.written.isEmpty && (mayRepeat || verdict.duplicates == 0),
      "\(name), seed \(seed): \(verdict)\n\(play.lastWords)", sourceLocation: location)
  }

  @discardableResult
  func start(_ flags: [String] = []) throws -> DaemonProcess {
    let small = ["--set", "redrive.batch.records=20"]
    let redrive = try site.start(redis: redis.address, tiers: Self.tiers, small + flags)
    redrives.append(redrive)
    try redrive.waitUntilReady()
    return redrive
  }

  /// Attempts that failed, most of which may come right.
  func write(_ count: Int) throws {
    var letters: [RedriveSite.Letter] = []
    for _ in 0..<count {
      let user = Int.random(in: 1...Self.people, using: &random)
      var delivery = RedriveSite.sms(user)
      delivery.target = targets[user - 1]
      let attempt = Int.random(in: 1...5, using: &random)
      let isPermanent = Int.random(in: 0..<10, using: &random) == 0
      let letter = try site.letter(delivery, isPermanent ? .permanent : .retriable, attempt: attempt)
      let end: Written.End = isPermanent || attempt == 5 ? .parked : user % 10 == 0 ? .suppressed : .back
      written.append(Written(id: delivery.id, attempt: attempt, value: letter.value, end: end))
      letters.append(letter)
    }
    try site.produce(letters)
  }

  /// Waits until so many have come to an end, those that came twice counted once.
  func waitUntilEnded(_ count: Int? = nil) throws {
    try eventually("\(count ?? written.count) have ended", within: .seconds(120)) {
      try RedriveOracle(site, written).ended().count >= count ?? written.count
    }
  }

  private func settle() throws { try waitUntilEnded() }

  private var lastWords: String { redrives.map(\.lastWords).joined(separator: "\n") }
}
