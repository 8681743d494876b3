import NotificationModel

/// An error's JSON as Google words it: `{"error": {"status", "details": [{"@type", ...}]}}`. What is not as it should
/// be is as if it were not there.
struct FCMErrorBody {
  /// FCM's own, or else that of Google's services in common.
  let code: String?
  /// FCM's own word is there.
  let isFCMError: Bool
  /// Of what in the message was wrong, as `message.token`; nil where nothing of the kind is said.
  let badFields: [String]?
  /// Of a quota that is used up.
  let violations: [(subject: String, description: String)]

  init(_ bytes: [UInt8]) {
    let error = (try? JSONParser.parse(bytes))?.members["error"]?.members ?? [:]
    let details = error["details"]?.items ?? []
    let own = Self.detail("google.firebase.fcm.v1.FcmError", details).first
    isFCMError = own != nil
    code = Self.word(own?["errorCode"]) ?? Self.word(error["status"])
    let requests = Self.detail("google.rpc.BadRequest", details)
    badFields = requests.isEmpty ? nil : requests.flatMap { Self.texts($0["fieldViolations"], "field") }
    violations = Self.detail("google.rpc.QuotaFailure", details).flatMap { detail in
      (detail["violations"]?.items ?? []).map {
        ($0.members["subject"]?.text ?? "", $0.members["description"]?.text ?? "")
      }
    }
  }

  /// The token is none of FCM's, and not something else in the message is wrong.
  var blamesToken: Bool { isFCMError && (badFields.map { $0.contains("message.token") } ?? true) }

  /// A limit of this device or topic alone, and not of the project. A project may be named as it likes: its name is not
  /// looked at.
  var limitsTarget: Bool {
    !violations.isEmpty
      && violations.allSatisfy { violation in
        let subject = violation.subject.lowercased()
        let texts = (subject.hasPrefix("project") ? "" : subject) + " " + violation.description.lowercased()
        return texts.contains("device") || texts.contains("topic")
      }
  }

  private static func detail(_ type: String, _ details: [JSONValue]) -> [[String: JSONValue]] {
    details.map(\.members).filter { $0["@type"]?.text?.split(separator: "/").last == type[...] }
  }

  private static func texts(_ list: JSONValue?, _ name: String) -> [String] {
    (list?.items ?? []).compactMap { $0.members[name]?.text }
  }

  /// In capital letters; anything else is no word of Google's.
  private static func word(_ value: JSONValue?) -> String? {
    guard let text = value?.text, (1...64).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x41...0x5A).contains($0) || $0 == 0x5F })
    else { return nil }
    return text
  }
}

extension JSONValue {
  fileprivate var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
  fileprivate var items: [JSONValue] { if case .list(let items) = self { items } else { [] } }
  fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
}
