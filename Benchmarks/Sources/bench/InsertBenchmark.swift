import Foundation

/// What a service pays for the notification in its transaction: orders per second without it, with a bare INSERT of the
/// same row, and with `outbox.enqueue`.
struct InsertBenchmark {
  private static let order = """
    begin;
    insert into shop_order (customer, total) values (:customer, :total) returning id \\gset
    insert into shop_line (order_id, article, pieces) values (:id, 1, 2), (:id, 2, 1), (:id, 3, 5);
    update shop_customer set orders = orders + 1 where id = :customer;

    """
  private static let variables = "\\set customer random(1, 10000)\n\\set total random(1000, 90000)\n"
  private static let tables = """
    create table shop_customer (id int primary key, orders int not null default 0);
    insert into shop_customer select generate_series(1, 10000);
    create table shop_order (id bigint generated always as identity primary key, customer int not null,
      total int not null, placed_at timestamptz not null default now());
    create table shop_line (order_id bigint references shop_order, article int, pieces int,
      primary key (order_id, article));
    create table shop_note (id uuid not null, aggregatetype text not null, aggregateid text not null,
      type text not null, payload jsonb not null, headers jsonb, created_at timestamptz not null default now())
    """

  /// The same row into a table that has nothing but its columns: the least that a notification in a transaction costs.
  private static let bareInsert = """
    insert into shop_note (id, aggregatetype, aggregateid, type, payload)
    values (gen_random_uuid(), 'user', 'user-' || :customer, 'order.placed', :payload);

    """

  /// A parameter, as a service's driver sends it.
  private static let payload =
    #"{"template": "order-shipped", "recipients": [{"userId": "#
    + #""0198c0de-0000-7000-8000-000000000001"}], "channels": ["push", "email"], "data": {"orderId": "#
    + #""A-2026-000123456", "carrier": "Hanjin", "eta": "2026-11-24T18:00:00+09:00", "note": ""#
    + String(repeating: "0123456789", count: 9) + #""}}"#

  let setting: Setting
  private var roundSeconds: Int { setting.isQuick ? 8 : 30 }
  private var rounds: Int { max(3, setting.rounds) }

  /// Turn and turn about, so that what else the machine does meets all; the medians are compared.
  func run() throws -> Report {
    let outbox = try Outbox(setting: setting)
    try outbox.database.run(Self.tables)
    let plain = try script("order.sql", notification: "")
    let bare = try script("order-insert.sql", notification: Self.bareInsert)
    let enqueueing = try script("order-enqueue.sql", notification: try notification(outbox.database))
    var rates: (plain: [Double], bare: [Double], enqueueing: [Double]) = ([], [], [])
    for round in 1...rounds {
      note("round \(round) of \(rounds)")
      rates.plain.append(try transactionsPerSecond(outbox, plain))
      rates.bare.append(try transactionsPerSecond(outbox, bare))
      rates.enqueueing.append(try transactionsPerSecond(outbox, enqueueing))
    }
    return report(plain: median(rates.plain), bare: median(rates.bare), enqueueing: median(rates.enqueueing))
  }

  private func report(plain: Double, bare: Double, enqueueing: Double) -> Report {
    var report = Report()
    report.line("Order transactions per second, 4 clients, median of \(rounds) rounds of \(roundSeconds) s:")
    report.table([
      ["", "transactions/s", "of the order alone"],
      ["order", plain.text(), "1"],
      ["order and bare INSERT", bare.text(), (bare / plain).text(3)],
      ["order and enqueue", enqueueing.text(), (enqueueing / plain).text(3)],
    ])
    report.figure("insert_plain_transactions_per_second", plain)
    report.figure("insert_enqueue_transactions_per_second", enqueueing)
    report.figure("insert_bare_transactions_per_second", bare)
    report.figure("insert_enqueue_to_plain_ratio", enqueueing / plain)
    report.figure("insert_bare_to_plain_ratio", bare / plain)
    report.figure("insert_enqueue_to_bare_ratio", enqueueing / bare)
    return report
  }

  private func script(_ name: String, notification: String) throws -> String {
    try setting.scratchFile(name, Self.variables + Self.order + notification + "commit;\n")
  }

  /// `outbox.enqueue` with its first four arguments; the bare INSERT where the function does not exist yet.
  private func notification(_ database: Database) throws -> String {
    if try database.isTrue("exists (select from pg_proc where oid::regproc::text = 'outbox.enqueue')") {
      return "select outbox.enqueue('user', 'user-' || :customer, 'order.placed', :payload);\n"
    }
    note("outbox.enqueue does not exist: measuring a bare INSERT")
    return """
      insert into outbox.event (id, aggregatetype, aggregateid, type, payload)
      values (gen_random_uuid(), 'user', 'user-' || :customer, 'order.placed', :payload);

      """
  }

  private func transactionsPerSecond(_ outbox: Outbox, _ script: String) throws -> Double {
    let output = setting.scratch + "/pgbench.out"
    try Child.run(
      outbox.pgbench(clients: 4, script: script) + ["-T", "\(roundSeconds)", "-D", "payload=\(Self.payload)"],
      output: output)
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    let rate = lines.first { $0.hasPrefix("tps = ") }?.split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
    guard let rate else { throw BenchmarkError("pgbench printed no tps") }
    return rate
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
