import Foundation

// MARK: AUTH PLAIN and LOGIN (RFC 4954)

extension SMTPSession {
  mutating func authenticate(_ argument: String) -> Outcome {
    guard let users = rules.users, !users.isEmpty, hello != nil, user == nil else {
      return .reply(SMTPReply(503, "5.5.1", "No log-in now"), .authentication)
    }
    guard isEncrypted || !rules.needsTLS else {
      return .reply(SMTPReply(538, "5.7.11", "Encryption required"), .authentication)
    }
    let parts = argument.split(separator: " ").map(String.init)
    switch (parts.first?.uppercased(), parts.count) {
    case ("PLAIN", 1): return ask("", .plain)
    case ("PLAIN", 2): return plain(parts[1])
    case ("LOGIN", 1): return ask("VXNlcm5hbWU6", .loginUser)
    case ("LOGIN", 2): return user(parts[1])
    default: return .reply(SMTPReply(504, "5.5.4", "PLAIN or LOGIN"), .authentication)
    }
  }

  /// A line that is no command, but an answer to what was asked.
  mutating func login(_ text: String) -> Outcome {
    let asked = state
    state = .command
    if text == "*" { return .reply(SMTPReply(501, "5.7.0", "Given up"), .authentication) }
    switch asked {
    case .plain: return plain(text)
    case .loginUser: return user(text)
    case .loginPassword(let user): return check(user, Self.decoded(text))
    case .command, .data: return .nothing
    }
  }

  private mutating func ask(_ challenge: String, _ next: State) -> Outcome {
    state = next
    return .reply(SMTPReply(334, challenge), nil)
  }

  private mutating func user(_ text: String) -> Outcome {
    guard let user = Self.decoded(text) else { return Self.unreadable }
    return ask("UGFzc3dvcmQ6", .loginPassword(user: user))
  }

  private mutating func plain(_ text: String) -> Outcome {
    let parts = Self.decoded(text)?.split(separator: "\0", omittingEmptySubsequences: false).map(String.init) ?? []
    guard parts.count == 3 else { return Self.unreadable }
    return check(parts[1], parts[2])
  }

  private mutating func check(_ name: String, _ password: String?) -> Outcome {
    guard let password, rules.users?[name] == password else {
      return .reply(SMTPReply(535, "5.7.8", "Authentication credentials invalid"), .authentication)
    }
    user = name
    return .reply(SMTPReply(235, "2.7.0", "Authentication successful"), .authentication)
  }

  private static let unreadable = Outcome.reply(SMTPReply(501, "5.5.2", "Cannot be read"), .authentication)

  private static func decoded(_ text: String) -> String? {
    Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
  }
}
