/// Every statement of a batch: one for each kind.
enum AudienceQuery: String, CaseIterable {
  case userVersions, preferences, consents, suppressions, categories, templateVersions, users, devices, templates

  var sql: String {
    switch self {
    case .userVersions: AudienceQueries.userVersions
    case .preferences: AudienceQueries.preferences
    case .consents: AudienceQueries.consents
    case .suppressions: AudienceQueries.suppressions
    case .categories: AudienceQueries.categories
    case .templateVersions: AudienceQueries.templateVersions
    case .users: AudienceQueries.users
    case .devices: AudienceQueries.devices
    case .templates: AudienceQueries.templates
    }
  }
}

/// Their texts, and their parameters: `$1` is the list of users or keys.
enum AudienceQueries {
  private static func milliseconds(_ column: String) -> String { "(extract(epoch FROM \(column)) * 1000)::bigint" }

  static let userVersions = "SELECT user_id, version FROM notification.app_user WHERE user_id = ANY ($1::bigint[])"

  static let preferences = """
    SELECT user_id, category, channel, enabled FROM notification.preference WHERE user_id = ANY ($1::bigint[])
    """

  static let consents = """
    SELECT user_id, kind, granted, \(milliseconds("decided_at")), source, \(milliseconds("reconfirm_at"))
    FROM notification.consent WHERE user_id = ANY ($1::bigint[])
    """

  /// `$2` and `$3` are kinds and addresses of recipients that are no users.
  static let suppressions = """
    WITH asked AS (
      SELECT 'email' AS kind, lower(email) AS address FROM notification.app_user WHERE user_id = ANY ($1::bigint[])
      UNION ALL SELECT 'phone', phone_number FROM notification.app_user WHERE user_id = ANY ($1::bigint[])
      UNION ALL SELECT 'device', device_id::text FROM notification.device WHERE user_id = ANY ($1::bigint[])
      UNION ALL SELECT * FROM unnest($2::text[], $3::text[])
    )
    SELECT s.kind, s.address, s.reason, \(milliseconds("s.until"))
    FROM asked JOIN notification.suppression s ON s.kind = asked.kind AND s.address = asked.address
    """

  static let categories = "SELECT category, kind, bypasses_opt_out, bypasses_rate_limit FROM notification.category"

  static let templateVersions = """
    SELECT template_key, version FROM notification.template_version WHERE template_key = ANY ($1::text[])
    """

  /// Before `devices`, in the same round trip: should a device change in between, the version is the older one, and the
  /// next batch reads again.
  static let users = """
    SELECT u.user_id, u.version, u.locale, u.time_zone, u.email, e.contact_id, \(milliseconds("e.verified_at")),
      u.phone_number, p.contact_id, \(milliseconds("p.verified_at"))
    FROM notification.app_user u
    JOIN notification.contact e ON e.user_id = u.user_id AND e.kind = 'email'
    LEFT JOIN notification.contact p ON p.user_id = u.user_id AND p.kind = 'phone'
    WHERE u.user_id = ANY ($1::bigint[])
    """

  static let devices = """
    SELECT user_id, device_id, platform, app_id, environment, device_token, locale, time_zone,
      \(milliseconds("registered_at")), \(milliseconds("disabled_at"))
    FROM notification.device WHERE user_id = ANY ($1::bigint[]) ORDER BY device_id
    """

  /// A key without an active template comes with nulls.
  static let templates = """
    SELECT v.template_key, v.version, t.channel, t.locale, t.version, t.subject, t.title, t.body, t.action_key, t.badge,
      array_to_string(t.required_parameters, E'\\x1f')
    FROM notification.template_version v
    LEFT JOIN notification.template t ON t.template_key = v.template_key AND t.state = 'active'
    WHERE v.template_key = ANY ($1::text[])
    """
}
