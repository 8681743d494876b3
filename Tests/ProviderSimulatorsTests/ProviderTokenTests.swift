import Foundation
import LocalServers
import ProviderSimulators
import Signing
import Testing

/// Provider tokens by Apple's rules, with curl as the client.
@Suite struct ProviderTokenTests {
  private typealias Claims = APNsFixture.Claims

  @Test func `without a token, or with another scheme, nothing goes`() throws {
    let apns = try APNsFixture()
    for header in [nil, "basic abc", "bearer"] {
      let answer = try apns.push(["authorization": header])
      #expect((answer.status, answer.reason) == (403, "MissingProviderToken"))
    }
  }

  @Test func `what is no token, or not of a known key and team, is invalid`() throws {
    let apns = try APNsFixture()
    let other = try PrivateKey.make(.p256)
    let parts = apns.token.split(separator: ".")
    let wrong = [
      "abc", "a.b.c", try apns.token(key: other), try apns.token(keyID: "UNKNOWN"), try apns.token(keyID: nil),
      try apns.token(Claims(iss: "OTHERTEAM")), try apns.token(Claims(iss: nil)), try apns.token(Claims(iat: nil)),
      try apns.token(key: PrivateKey.make(.rsa)), "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
      try apns.token(Claims(iat: Int64(Date().timeIntervalSince1970) * 1_000)),
    ]
    for token in wrong {
      let answer = try apns.push(bearer: token)
      #expect((answer.status, answer.reason) == (403, "InvalidProviderToken"))
    }
    #expect(try apns.push().status == 200)
  }

  @Test func `a token of the openssl command's is accepted`() throws {
    let directory = try TemporaryDirectory()
    let (secret, text, der) = (directory.file("key.pem"), directory.file("text"), directory.file("der"))
    try ChildProcess.run(
      ChildCommand("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", secret]))
    let open = try ChildProcess.run(ChildCommand("openssl", ["pkey", "-in", secret, "-pubout"]))
    let key = try PublicKey(pem: open.joined(separator: "\n") + "\n")
    let apns = try APNsFixture { $0.keys = [APNsKey(id: "KEY2", teamID: "TEAM2", publicKey: key)] }
    let now = Int(Date().timeIntervalSince1970)
    let signed = [#"{"alg":"ES256","kid":"KEY2"}"#, #"{"iss":"TEAM2","iat":\#(now)}"#]
      .map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
    try Data(signed.utf8).write(to: URL(fileURLWithPath: text))
    try ChildProcess.run(ChildCommand("openssl", ["dgst", "-sha256", "-sign", secret, "-out", der, text]))
    let lines = try ChildProcess.run(ChildCommand("openssl", ["asn1parse", "-inform", "DER", "-in", der]))
    let numbers = lines.filter { $0.contains("INTEGER") }.compactMap { $0.split(separator: ":").last }
    let bytes = numbers.flatMap { number in
      let padded = String(repeating: "0", count: 64 - number.count) + number
      return stride(from: 0, to: 64, by: 2).map { UInt8(padded.dropFirst($0).prefix(2), radix: 16)! }
    }
    #expect(try apns.push(bearer: "\(signed).\(Base64URL.encode(bytes))").status == 200)
  }

  @Test func `a token lives for an hour`() throws {
    let apns = try APNsFixture()
    let now = Int64(Date().timeIntervalSince1970)
    let old = try apns.token(Claims(iat: now - 3_700))
    #expect(try apns.push(bearer: old).reason == "ExpiredProviderToken")
    let token = try apns.token(Claims(iat: now - 3_000))
    #expect(try apns.push(bearer: token).status == 200)
    apns.simulator.advanceClock(by: .seconds(700))
    let answer = try apns.push(bearer: token)
    #expect((answer.status, answer.reason) == (403, "ExpiredProviderToken"))
  }

  @Test func `a second new token within 20 minutes spoils its connection, and no other`() throws {
    let apns = try APNsFixture()
    let next = try apns.token(Claims(iat: Int64(Date().timeIntervalSince1970) + 1))
    #expect(try apns.push().status == 200)
    let answer = try apns.push(bearer: next)
    #expect((answer.status, answer.reason) == (429, "TooManyProviderTokenUpdates"))
    #expect(try apns.push().status == 200)
    #expect(try statuses(apns, [next, apns.token]) == [429, 429])
    apns.simulator.advanceClock(by: .seconds(1_100))
    #expect(try apns.push(bearer: next).status == 429)
    apns.simulator.advanceClock(by: .seconds(101))
    #expect(try apns.push(bearer: next).status == 200)
    #expect(try apns.push().status == 200)
  }

  /// Of requests with these tokens on one connection.
  private func statuses(_ apns: APNsFixture, _ tokens: [String]) throws -> [Int?] {
    let before = apns.simulator.server.connectionsMade
    apns.simulator.forgetReceived()
    let requests = tokens.map { token in
      ["--json", "{}", apns.deviceURL] + apns.headers([:], token).flatMap { ["-H", "\($0): \($1)"] }
    }
    let arguments = requests.joined(separator: ["--next", "--http2", "--cacert", apns.simulator.authorityFile])
    #expect(try apns.curl.run(Array(arguments)) == 0)
    #expect(apns.simulator.server.connectionsMade == before + 1)
    return apns.simulator.received.map(\.status)
  }

  @Test func `a team's second key counts for the same limit, another team's does not`() throws {
    let (second, foreign) = (try PrivateKey.make(.p256), try PrivateKey.make(.p256))
    let apns = try APNsFixture {
      $0.keys = [
        APNsKey(id: "SECOND", teamID: APNsSimulator.teamID, publicKey: try! second.publicKey),
        APNsKey(id: "FOREIGN", teamID: "OTHERTEAM", publicKey: try! foreign.publicKey),
      ]
    }
    #expect(try apns.push().status == 200)
    #expect(try apns.push(bearer: apns.token(key: second, keyID: "SECOND")).status == 429)
    let token = try apns.token(Claims(iss: "OTHERTEAM"), key: foreign, keyID: "FOREIGN")
    #expect(try apns.push(bearer: token).status == 200)
  }

  @Test func `a key for one topic is none for another`() throws {
    let key = try PrivateKey.make(.p256)
    let apns = try APNsFixture {
      $0.keys = [APNsKey(id: "SHOP", teamID: "T", publicKey: try! key.publicKey, topics: ["com.example.shop"])]
    }
    let token = try apns.token(Claims(iss: "T"), key: key, keyID: "SHOP")
    #expect(try apns.push(bearer: token).status == 200)
    let answer = try apns.push(["apns-topic": "com.example.other"], bearer: token)
    #expect((answer.status, answer.reason) == (403, "UnrelatedKeyIdInToken"))
  }
}
