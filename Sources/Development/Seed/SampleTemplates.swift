/// The texts that a site is filled with: orders, by every channel, in Korean and in English.
enum SampleTemplates {
  struct Text {
    let key: String
    let channel: String
    let locale: String
    var subject: String?
    var title: String?
    let body: String
  }

  /// What an order does, with its words in both languages.
  private static let steps: [(key: String, korean: String, english: String)] = [
    ("order.placed", "접수되었습니다", "has been placed"),
    ("order.shipped", "발송되었습니다", "has been shipped"),
    ("order.delivered", "배달되었습니다", "has been delivered"),
  ]

  static let all: [Text] = steps.flatMap { step in
    texts(step.key, "ko", "주문 {{order}}", "{{name}}님, 주문 {{order}}이(가) \(step.korean).")
      + texts(step.key, "en", "Order {{order}}", "{{name}}, your order {{order}} \(step.english).")
      // For people of any other language.
      + texts(step.key, "default", "Order {{order}}", "{{name}}, your order {{order}} \(step.english).")
  }

  private static func texts(_ key: String, _ locale: String, _ title: String, _ body: String) -> [Text] {
    [
      Text(key: key, channel: "push", locale: locale, title: title, body: body),
      Text(key: key, channel: "sms", locale: locale, body: body),
      Text(key: key, channel: "email", locale: locale, subject: title, body: "<p>\(body)</p>"),
    ]
  }
}
