extension RouterSite {
  /// Users 1 … `count`, user n with an e-mail address, a phone number and two devices, `2n` on iOS and `2n + 1` on
  /// Android, who agreed to advertising; and the template `hello` for every channel.
  public func makePeople(_ count: Int) throws { try Self.makePeople(count, in: database) }

  public static func makePeople(_ count: Int, in database: TestDatabase) throws {
    try database.run(
      """
      INSERT INTO notification.app_user (user_id, email, phone_number, locale, time_zone)
      SELECT n, 'user-' || n || '@example.com', '+8210' || lpad(n::text, 8, '0'), 'ko-KR', 'Asia/Seoul'
      FROM generate_series(1, \(count)) n;
      UPDATE notification.contact SET verified_at = now();
      INSERT INTO notification.device (device_id, user_id, platform, app_id, device_token)
      SELECT 2 * n + d, n, CASE d WHEN 0 THEN 'ios' ELSE 'android' END, 'com.example', 'token-' || 2 * n + d
      FROM generate_series(1, \(count)) n, generate_series(0, 1) d;
      INSERT INTO notification.consent (user_id, kind, granted, source, reconfirm_at)
      SELECT n, 'advertising', true, 'test', now() + interval '1 year' FROM generate_series(1, \(count)) n;
      INSERT INTO notification.template (template_key, channel, locale, state, subject, title, body) VALUES
        ('hello', 'push', 'default', 'active', NULL, 'Hello {{name}}', 'Order {{order}}'),
        ('hello', 'sms', 'default', 'active', NULL, NULL, 'Order {{order}}'),
        ('hello', 'email', 'default', 'active', 'Order {{order}}', NULL, '<p>{{name}}</p>');
      ANALYZE notification.app_user, notification.device
      """)
  }

  /// An event for a user by that template.
  public static func hello(
    _ user: Int, category: String = "transactional", more: String = ""
  ) -> String {
    #"{"to": [{"user": \#(user)}], "template": "hello", "parameters": {"name": "Kim", "order": "A-1"}, "#
      + #""category": "\#(category)"\#(more)}"#
  }
}
