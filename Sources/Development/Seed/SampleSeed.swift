import Postgres

/// Puts the sample people and texts into a notification database. What is there already stays as it is.
public struct SampleSeed: Sendable {
  /// People 1 … `people`.
  public let people: Int

  public init(people: Int) { self.people = people }

  /// The category of the notifications about orders: no rate limit, and people may turn it off.
  public static let category = "transactional"

  public func apply(dsn: String) throws {
    let connection = try PostgresConnection(try ConnectionSettings(conninfo: dsn))
    try connection.transaction { connection in
      let all = (1...people).map(SamplePerson.init)
      try copy(
        connection, "app_user", "user_id bigint, email text, phone_number text, locale text, time_zone text",
        all.map { ["\($0.number)", $0.email, $0.phone, $0.locale, $0.timeZone] })
      try copy(
        connection, "device",
        "device_id bigint, user_id bigint, platform text, app_id text, device_token text, "
          + "disabled_at timestamptz, disabled_reason text", all.flatMap(Self.devices))
      try copy(
        connection, "preference", "user_id bigint, category text, channel text, enabled boolean",
        all.flatMap(Self.preferences))
      try copy(
        connection, "suppression", "kind text, address text, reason text",
        all.filter(\.mailBounced).map { ["email", $0.email, "bounced"] })
      try copy(
        connection, "template",
        "template_key text, channel text, locale text, state text, subject text, "
          + "title text, body text",
        SampleTemplates.all.map { [$0.key, $0.channel, $0.locale, "active", $0.subject, $0.title, $0.body] })
      try connection.run(script: "UPDATE notification.contact SET verified_at = now() WHERE verified_at IS NULL")
    }
    try connection.run(script: "ANALYZE notification.app_user, notification.device, notification.preference")
  }

  private static func devices(_ person: SamplePerson) -> [[String?]] {
    person.devices.map { device in
      [
        "\(device.id)", "\(person.number)", device.isIOS ? "ios" : "android", "com.example.shop", device.token,
        device.isDisabled ? "2026-01-01T00:00:00Z" : nil, device.isDisabled ? "signed out" : nil,
      ]
    }
  }

  private static func preferences(_ person: SamplePerson) -> [[String?]] {
    var rows: [[String?]] = []
    if person.wantsNothing { rows.append(["\(person.number)", nil, nil, "false"]) }
    if !person.wantsMail { rows.append(["\(person.number)", category, "email", "false"]) }
    if !person.wantsSMS { rows.append(["\(person.number)", nil, "sms", "false"]) }
    return rows
  }

  /// By way of a table of the transaction's own, as COPY knows no ON CONFLICT.
  private func copy(
    _ connection: PostgresConnection, _ table: String, _ columns: String, _ rows: [[String?]]
  ) throws {
    let names = columns.split(separator: ",").map { $0.split(separator: " ")[0] }.joined(separator: ", ")
    try connection.run(script: "CREATE TEMPORARY TABLE sample (\(columns)) ON COMMIT DROP")
    try connection.copyIn("COPY sample FROM STDIN") { write in
      for row in rows { try write(Self.line(row)) }
    }
    try connection.run(
      script: """
        INSERT INTO notification.\(table) (\(names)) SELECT \(names) FROM sample ON CONFLICT DO NOTHING;
        DROP TABLE sample
        """)
  }

  /// In COPY's text format.
  static func line(_ row: [String?]) -> String {
    row.map { field in
      guard let field else { return "\\N" }
      return field.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
    }.joined(separator: "\t") + "\n"
  }
}
