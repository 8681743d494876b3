import Foundation
import NotificationModel
import TestSupport
import Worker

@testable import Providers

/// A mail as Python's email package reads it.
struct MailReading: Decodable {
  struct Part: Decodable {
    let kind, charset, encoding: String
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  let headers: [[String]]
  let from, to: [[String]]
  /// Seconds since 1970.
  let date: Int64
  let kind: String
  let parts: [Part]
  let faults: [String]

  /// Of all fields with this name.
  subscript(name: String) -> [String] { headers.filter { $0[0] == name }.map { $0[1] } }

  static func read(_ mails: [MailMessage]) throws -> [MailReading] {
    try PythonPackages.call("mail_read.py", mails.map { Data($0.bytes) })
  }
}

enum MailFixture {
  static let id = "2ed6657d-e927-568b-95e1-2665a8aea6a2"
  static let now = UnixTime(milliseconds: 1_795_507_200_123)

  static var settings: EmailSettings {
    var settings = EmailSettings(from: "news@mail.example.com")
    settings.displayName = "봉수 알림"
    settings.replyTo = "help@example.com"
    settings.returnPathDomain = "bounces.example.com"
    settings.unsubscribe = UnsubscribeSettings(baseURL: "https://example.com/u/", secret: "sixteen bytes at least")
    settings.transactionalCategories = ["receipts"]
    settings.feedbackSender = "bongsu"
    return settings
  }

  static func delivery(
    _ content: EmailContent = EmailContent(subject: "s", text: "t"), to address: String = "kim@example.org",
    category: String = "news"
  ) -> Delivery {
    Delivery(
      id: id, eventID: "e", eventTime: now, replay: 0, user: 1, channel: .email, target: "1",
      address: .email(address), category: category, content: MessageContent(email: content), priority: .normal,
      notBefore: now, sendBefore: nil)
  }

  /// What the composer makes of it.
  static func mail(
    _ content: EmailContent = EmailContent(subject: "s", text: "t"), to address: String = "kim@example.org",
    category: String = "news", _ change: (inout EmailSettings) -> Void = { _ in }
  ) throws -> MailMessage {
    var settings = settings
    change(&settings)
    return try MailComposer(settings).message(for: delivery(content, to: address, category: category), now: now)
  }
}
