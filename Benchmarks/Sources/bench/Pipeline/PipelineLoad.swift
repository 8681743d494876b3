import Foundation

/// Services that commit notifications.
struct PipelineLoad: Sendable {
  let conninfo: String
  let users: Int

  /// An order's notification for a user by chance: ten pushes, five mails and an SMS in sixteen, as the daily load has it.
  static func enqueue(users: Int) -> String {
    """
    outbox.enqueue('user', u::text, 'notification.requested', jsonb_build_object(
      'to', jsonb_build_array(jsonb_build_object('user', u)), 'template', 'order_shipped', 'category', 'transactional',
      'channels', jsonb_build_array(CASE WHEN k < 10 THEN 'push' WHEN k < 15 THEN 'email' ELSE 'sms' END),
      'parameters', jsonb_build_object('name', 'Kim Minsu', 'order', 'A-' || u || '-17', 'shop', 'Han River Books')))
    """
  }

  private static func rows(_ count: Int, users: Int) -> String {
    """
    SELECT \(enqueue(users: users)) FROM (SELECT 1 + floor(random() * \(users))::int AS u, floor(random() * 16)::int AS k
      FROM generate_series(1, \(count))) orders
    """
  }

  /// Commits so many events, a hundred a transaction.
  func fill(_ count: Int) throws {
    let database = try Database(conninfo)
    try database.run("SET synchronous_commit = off")
    for _ in 0..<count / 100 { try database.run(Self.rows(100, users: users)) }
  }

  /// Services that commit one event a transaction, by a prepared statement, at a steady rate all together.
  func run(perSecond: Int, seconds: Int, services: Int) {
    let group = DispatchGroup()
    for _ in 0..<services {
      group.enter()
      Thread { [conninfo, users] in
        defer { group.leave() }
        do {
          let database = try Database(conninfo)
          try database.run("PREPARE event AS \(Self.rows(1, users: users))")
          try Self.steadily(perSecond: perSecond / services, count: perSecond / services * seconds) {
            try database.run("EXECUTE event")
          }
        } catch {
          note("\(error)")
        }
      }.start()
    }
    group.wait()
  }

  private static func steadily(perSecond: Int, count: Int, _ body: () throws -> Void) rethrows {
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    for _ in 0..<count {
      let nanoseconds = due.tv_nsec + 1_000_000_000 / perSecond
      due = timespec(tv_sec: due.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
      while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
      try body()
    }
  }
}
