import Foundation
import NotificationModel
import TestSupport

/// Who is there, and what each of their events has to become: what the oracle expects, from the fixture alone.
///
/// User n has an iOS device `2n`, an Android device `2n + 1`, a phone and a mailbox. Every seventh has signed out of iOS,
/// every tenth wants no SMS.
enum SystemFixture {
  /// Each of them is well below what a user may get in an hour, or the router would suppress the rest.
  static let people = Soak.choose(200, soak: 50_000)

  /// Where an event has to arrive.
  static func expectation(user: Int) -> Set<DeliveryChannel> {
    var channels = Set(DeliveryChannel.allCases)
    if user % 7 == 0 { channels.remove(.pushIOS) }
    if user % 10 == 0 { channels.remove(.sms) }
    return channels
  }

  static func user(of number: Int) -> Int { 1 + number * 37 % people }

  static func iosToken(_ user: Int) -> String { String(repeating: "0", count: 58) + sixDigits(user) }
  static func androidToken(_ user: Int) -> String { "android-registration-token-" + sixDigits(user) }
  static func phone(_ user: Int) -> String { "+82101" + "0" + sixDigits(user) }
  static func mailbox(_ user: Int) -> String { "user-\(user)@example.com" }

  private static func sixDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// What the number of an event is read from again, in every channel's text.
  static func text(_ number: Int) -> String { "Order \(number)." }

  static func number(in text: String) -> Int? {
    guard let start = text.range(of: "Order ")?.upperBound else { return nil }
    let digits = text[start...].prefix(while: \.isNumber)
    return text[digits.endIndex...].hasPrefix(".") ? Int(digits) : nil
  }

  static func makePeople(in database: TestDatabase) throws {
    try database.run(
      """
      INSERT INTO notification.app_user (user_id, email, phone_number, locale, time_zone)
      SELECT n, 'user-' || n || '@example.com', '+821010' || lpad(n::text, 6, '0'), 'ko-KR', 'Asia/Seoul'
      FROM generate_series(1, \(people)) n;
      UPDATE notification.contact SET verified_at = now();
      INSERT INTO notification.device (device_id, user_id, platform, app_id, device_token)
      SELECT 2 * n, n, 'ios', 'com.example.shop', lpad(n::text, 64, '0') FROM generate_series(1, \(people)) n;
      INSERT INTO notification.device (device_id, user_id, platform, app_id, device_token)
      SELECT 2 * n + 1, n, 'android', 'com.example.shop', 'android-registration-token-' || lpad(n::text, 6, '0')
      FROM generate_series(1, \(people)) n;
      INSERT INTO notification.preference (user_id, category, channel, enabled)
      SELECT n, 'service', 'sms', false FROM generate_series(10, \(people), 10) n;
      UPDATE notification.device SET disabled_at = now(), disabled_reason = 'signed out'
      WHERE user_id % 7 = 0 AND platform = 'ios';
      INSERT INTO notification.template (template_key, channel, locale, state, subject, title, body) VALUES
        ('order', 'push', 'default', 'active', NULL, 'Han River Books', 'Order {{order}}.'),
        ('order', 'sms', 'default', 'active', NULL, NULL, 'Order {{order}}.'),
        ('order', 'email', 'default', 'active', 'Order {{order}}.', NULL, '<p>Order {{order}}.</p>');
      ANALYZE
      """)
  }

  /// The statement by which a service tells of an order, in its transaction.
  static func enqueue(_ number: Int) -> String {
    let user = user(of: number)
    return """
      SELECT outbox.enqueue('user', '\(user)', 'notification.requested', '{"to": [{"user": \(user)}], \
      "template": "order", "category": "service", "parameters": {"order": "\(number)"}}')
      """
  }
}
