import Glibc
import LocalServers
import TestSupport

/// A server's side of one connection. It belongs to its thread.
final class SMTPTestConnection {
  private let server: ScriptedSMTPServer
  private let descriptor: Int32
  private let rules: [ScriptedSMTPServer.Rule]
  private var tls: TLSConnection?
  private var buffer: [UInt8] = []
  private var place = 0
  private var counts: [ScriptedSMTPServer.Place: Int] = [:]
  private var from = ""
  private var to = ""

  init?(_ server: ScriptedSMTPServer, _ descriptor: Int32, _ rules: [ScriptedSMTPServer.Rule]) {
    (self.server, self.descriptor, self.rules) = (server, descriptor, rules)
    if server.security == .implicit {
      guard let tls = server.context.flatMap({ TLSConnection($0, descriptor) }) else { return nil }
      self.tls = tls
    }
  }

  func serve() {
    guard act(.greeting, "220 here") else { return }
    while let line = readLine() {
      server.note(line)
      guard follow(line) else { return }
    }
  }

  /// - Returns: false where the connection is over.
  private func follow(_ line: String) -> Bool {
    switch line.prefix(4) {
    case "EHLO", "HELO":
      let lines = ["here"] + server.capabilities
      let last = lines.count - 1
      return act(.hello, lines.indices.map { "250\($0 == last ? " " : "-")\(lines[$0])" }.joined(separator: "\r\n"))
    case "STAR": return act(.startTLS, "220 go ahead") && startTLS()
    case "AUTH": return login(line)
    case "MAIL":
      from = Self.address(line)
      return act(.mail, "250 2.1.0 sender")
    case "RCPT":
      to = Self.address(line)
      return act(.recipient, "250-2.1.5 recipient\r\n250 2.1.5 good")
    case "DATA": return act(.data, "354 go ahead") { self.takeMail() }
    case "QUIT":
      _ = act(.quit, "221 bye")
      return false
    default: return write("500 what?")
    }
  }

  private static func address(_ line: String) -> String {
    String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" })
  }

  private func startTLS() -> Bool {
    tls = server.context.flatMap { TLSConnection($0, descriptor) }
    return tls != nil
  }

  /// LOGIN asks for user and password, PLAIN brings them along.
  private func login(_ line: String) -> Bool {
    if line.hasPrefix("AUTH LOGIN") {
      let asks = line == "AUTH LOGIN" ? ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"] : ["UGFzc3dvcmQ6"]
      for ask in asks {
        guard write("334 \(ask)"), let answer = readLine() else { return false }
        server.note(answer)
      }
    }
    return act(.login, "235 2.7.0 in")
  }

  private func takeMail() -> Bool {
    guard let bytes = readBody() else { return false }
    server.note(ScriptedSMTPServer.Mail(from: from, to: to, bytes: bytes))
    return act(.end, "250 2.0.0 Ok: queued as \(server.log.mails.count)")
  }

  /// - Returns: nil where it does not come to an end.
  private func readBody() -> [UInt8]? {
    var bytes: [UInt8] = []
    let rule = rule(.body)
    while true {
      if bytes.count > 10_000, let rule {
        _ = perform(rule.action, "")
        return nil
      }
      guard let line = readBytes() else { return nil }
      if line == [0x2E] { return bytes }
      bytes += (line.first == 0x2E ? line.dropFirst() : line[...]) + [0x0D, 0x0A]
    }
  }
}

extension SMTPTestConnection {
  private func rule(_ place: ScriptedSMTPServer.Place) -> ScriptedSMTPServer.Rule? {
    counts[place, default: 0] += 1
    let nth = counts[place]
    return rules.first { $0.place == place && ($0.nth == nil || $0.nth == nth) }
  }

  /// - Parameter then: what follows on the usual answer.
  private func act(_ place: ScriptedSMTPServer.Place, _ usual: String, _ then: () -> Bool = { true }) -> Bool {
    guard let rule = rule(place) else { return write(usual) && then() }
    guard perform(rule.action, usual) else { return false }
    if case .reply = rule.action { return true }
    return then()
  }

  private func perform(_ action: ScriptedSMTPServer.Action, _ usual: String) -> Bool {
    switch action {
    case .reply(let text): return write(text)
    case .late(let milliseconds):
      pass(.milliseconds(milliseconds))
      return write(usual)
    case .close: return false
    case .reset:
      Listener.resetAtClose(descriptor)
      return false
    case .hang: waitForEnd()
    case .goodbye(let text, let closes): return write(usual + "\r\n" + text) && !closes
    case .forever(let line): while write(line) {}
    case .whenMails(let count):
      try? eventually("\(count) mails") { server.log.mails.count >= count }
      return write(usual)
    }
    return false
  }

  private func waitForEnd() {
    let hangUpOfReading: Int16 = 0x2000
    var set = pollfd(fd: descriptor, events: hangUpOfReading, revents: 0)
    while poll(&set, 1, -1) < 0 {}
  }

  private func write(_ text: String) -> Bool {
    let bytes = Array((text + "\r\n").utf8)
    if let tls { return tls.write(bytes) }
    return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  private func readLine() -> String? { readBytes().map { String(decoding: $0, as: UTF8.self) } }

  /// Up to CRLF, without it.
  private func readBytes() -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      // By memchr, as mails may be long and tests are not optimised.
      let count = buffer.withUnsafeBytes { bytes -> Int? in
        guard place < bytes.count, let start = bytes.baseAddress.map({ $0 + place }) else { return nil }
        return memchr(start, 0x0A, bytes.count - place).map { start.distance(to: UnsafeRawPointer($0)) }
      }
      if let count {
        line += buffer[place..<(place + count)]
        place += count + 1
        if line.last == 0x0D { return Array(line.dropLast()) }
        line.append(0x0A)
        continue
      }
      line += buffer[place...]
      guard let more = readSome() else { return nil }
      (buffer, place) = (more, 0)
    }
  }

  private func readSome() -> [UInt8]? {
    if let tls { return tls.readSome() }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count > 0 ? Array(bytes[..<count]) : nil
  }
}
