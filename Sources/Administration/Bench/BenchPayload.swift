/// The rows of a benchmark: about 430 bytes each on the wire, as a shop's notification is.
enum BenchPayload {
  /// As SQL; holds no quotation mark of SQL's.
  static let literal = """
    '{"template": "order-shipped", "recipients": [{"userId": "0198c0de-0000-7000-8000-000000000001"}], \
    "channels": ["push", "email"], "data": {"orderId": "A-2026-000123456", "carrier": "Hanjin", \
    "eta": "2026-11-24T18:00:00+09:00", "note": "\(String(repeating: "0123456789", count: 9))"}}'::jsonb
    """

  static let stamp = "sentAtMicroseconds"

  /// Inserts one row with the key `$1` and the stamp `$2`.
  static func insert(into table: String) -> String {
    """
    INSERT INTO \(table) (id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), 'user', $1,
      'order.shipped', \(literal) || jsonb_build_object('\(stamp)', $2::bigint))
    """
  }

  /// Inserts `rows` rows in transactions of a hundred, in one round trip.
  static func fill(_ table: String, rows: Int, perTransaction: Int = 100) -> String {
    """
    DO $$ BEGIN
      FOR start IN 1..\(rows) BY \(perTransaction) LOOP
        INSERT INTO \(table) (id, aggregatetype, aggregateid, type, payload)
        SELECT gen_random_uuid(), 'user', 'user-' || (random() * 100000)::int, 'order.shipped', \(literal)
        FROM generate_series(start, least(start + \(perTransaction - 1), \(rows)));
        COMMIT;
      END LOOP;
    END $$
    """
  }

  private static let mark = Array("\"\(stamp)\":".utf8)

  /// The stamp in a record's value; nil when there is none.
  static func stamp(in value: [UInt8]) -> Int64? {
    guard let found = value.firstRange(of: mark) else { return nil }
    let digits = value[found.upperBound...].drop { $0 == UInt8(ascii: " ") }
      .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
