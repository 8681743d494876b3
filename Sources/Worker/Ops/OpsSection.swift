public import Configuration
import Foundation
import Kafka
import NotificationModel
import Operations

extension OpsSettings {
  /// Reads the sections `ops` and `kafka`. `ops` holds
  /// - `group` (text, bongsu-ops), `instance` (text), `topicPrefix` (text, `notification.`), `stopDeadline` (time, 10s): as
  ///   the workers'.
  /// - `window` (time, 10s): alerts of a group within it are one message; `quiet` (time, 5m): from a group's message to its
  ///   next; `messagesPerMinute` (number, 10): of all, the rest is a digest; `attempts` (number, 10).
  /// - `webhook`: `url` (https://…), `secret` (secret, 24 bytes or more, or `whsec_` and base64); `slack`: `url` (secret);
  ///   both `allowsPrivate` (true or false, false), `authorityFile` (path) and `timeout` (time, 10s).
  /// - `mail.to` (addresses with commas): by the section `email`.
  ///
  /// At least one of webhook, slack and mail is needed. Nil when something is missing; `finish()` says what.
  public init?(root: ConfigurationReader) {
    let kafka = KafkaSettings(root: root)
    let section = root.section("ops")
    let read = Self.read(section, kafka ?? KafkaSettings(bootstrapServers: ""), isNeeded: true)
    if read.webhook == nil, read.slack == nil, read.mail.isEmpty, !section.section("webhook").isSet("url"),
      !section.section("slack").isSet("url"), !section.section("slack").isSet("urlFile"),
      !section.section("mail").isSet("to")
    {
      section.section("webhook").reportMissing("url")
    }
    guard kafka != nil, read.webhook != nil || read.slack != nil || !read.mail.isEmpty else { return nil }
    self = read
  }

  /// Reads the section for what is wrong in it alone, on a machine that may have no such worker.
  public static func check(root: ConfigurationReader) {
    _ = read(root.section("ops"), KafkaSettings(bootstrapServers: ""), isNeeded: false)
  }

  private static func read(
    _ section: ConfigurationReader, _ kafka: KafkaSettings, isNeeded: Bool
  ) -> OpsSettings {
    var read = OpsSettings(kafka: kafka)
    read.group = section.string("group", default: read.group)
    read.instance = section.string("instance")
    read.topicPrefix = section.string("topicPrefix", default: read.topicPrefix)
    read.window = section.duration("window", in: .zero...(.seconds(600)), default: read.window)
    read.quiet = section.duration("quiet", in: .zero...(.seconds(86_400)), default: read.quiet)
    read.messagesPerMinute = section.int("messagesPerMinute", in: 1...600, default: read.messagesPerMinute)
    read.attempts = section.int("attempts", in: 1...50, default: read.attempts)
    read.unfinished = section.int("unfinished", in: 1...100_000, default: read.unfinished)
    read.stopDeadline = section.duration("stopDeadline", in: .seconds(1)...(.seconds(300)), default: read.stopDeadline)
    read.webhook = webhook(section.section("webhook"), isNeeded: isNeeded)
    read.slack = slack(section.section("slack"))
    read.mail = addresses(section.section("mail"))
    return read
  }

  private static func webhook(_ section: ConfigurationReader, isNeeded: Bool) -> OpsHook? {
    let url = section.string("url", expected: urlForm, where: isURL)
    let secret = section.secret("secret")?.reveal()
    var hook = OpsHook(url: url ?? "", secret: secret.flatMap(key))
    readCommon(section, &hook)
    guard url != nil else { return nil }
    if isNeeded, secret == nil, !section.isSet("secretFile") { section.reportMissing("secret") }
    guard secret != nil else { return nil }
    if hook.secret == nil {
      section.report(
        .badValue, section.isSet("secretFile") ? "secretFile" : "secret",
        "needs 24 bytes or more, or whsec_ and base64 of them")
      return nil
    }
    return hook
  }

  private static func slack(_ section: ConfigurationReader) -> OpsHook? {
    let url = section.secret("url")?.reveal()
    var hook = OpsHook(url: url ?? "")
    readCommon(section, &hook)
    guard let url else { return nil }
    guard isURL(url) else {
      section.report(.badValue, section.isSet("urlFile") ? "urlFile" : "url", "needs \(urlForm)")
      return nil
    }
    return hook
  }

  private static func readCommon(_ section: ConfigurationReader, _ hook: inout OpsHook) {
    hook.allowsPrivate = section.bool("allowsPrivate", default: false)
    hook.authorityFile = section.string("authorityFile")
    hook.timeout = section.duration("timeout", in: .seconds(1)...(.seconds(60)), default: hook.timeout)
  }

  private static func addresses(_ section: ConfigurationReader) -> [String] {
    let all = (section.string("to") ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    if all.contains(where: { !AddressCheck.isEmail($0) }) {
      section.report(.badValue, "to", "needs addresses with commas between them")
      return []
    }
    return all
  }

  private static let urlForm = "https://HOST/PATH"

  private static func isURL(_ text: String) -> Bool {
    text.hasPrefix("https://") && text.utf8.count > 8 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// As Standard Webhooks writes them, or as it is.
  private static func key(_ text: String) -> [UInt8]? {
    let bytes =
      text.hasPrefix("whsec_") ? Data(base64Encoded: String(text.dropFirst(6))).map(Array.init) : Array(text.utf8)
    return bytes.flatMap { $0.count >= 24 ? $0 : nil }
  }
}
