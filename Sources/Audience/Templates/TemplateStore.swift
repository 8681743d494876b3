public import NotificationModel
public import Postgres

/// Templates as the database has them, drafts among them; for people who look at them. It belongs to one thread.
public final class TemplateStore {
  private let database: AudienceDatabase

  public init(_ settings: ConnectionSettings) { database = AudienceDatabase(settings) }

  /// - Parameter version: those of this version, whatever their state; nil: those in use.
  public func definitions(_ key: String, version: Int? = nil) throws(PostgresError) -> [TemplateDefinition] {
    let sql = """
      SELECT template_key, 0, channel, locale, version, subject, title, body, action_key, badge,
        array_to_string(required_parameters, E'\\x1f')
      FROM notification.template
      WHERE template_key = $1 AND ($2::int IS NULL AND state = 'active' OR version = $2::int)
      ORDER BY channel, locale
      """
    let parameters: [SQLValue] = [.text(key), version.map { .text(String($0)) } ?? .null]
    let result = try database.run { connection throws(PostgresError) in try connection.execute(sql, parameters) }
    let rows = AudienceRows(result: result)
    return (0..<result.rowCount).compactMap { rows.template($0) }
  }
}
