import Foundation
import LocalServers
import NotificationModel
import Redis
import Signing
import Synchronization
import TestSupport
import Testing
import Worker

@testable import Providers

@Suite("APNs' provider tokens") struct APNsTokensTests {
  private static let start = UnixTime(milliseconds: 1_700_000_000_000)

  private static func later(_ minutes: Int64) -> UnixTime {
    UnixTime(milliseconds: start.milliseconds + minutes * 60_000)
  }

  private func settings() throws -> APNsSettings {
    APNsSettings(teamID: "ABCDE12345", keyID: "KEY1234567", key: try Deliveries.key())
  }

  private func part(_ token: String, _ index: Int) throws -> String {
    let part = String(token.split(separator: ".")[index]).replacing("-", with: "+").replacing("_", with: "/")
    let padded = part + String(repeating: "=", count: (4 - part.count % 4) % 4)
    let bytes = try #require(Data(base64Encoded: padded))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `it says who, by which key and since when`() throws {
    let tokens = try APNsTokens(settings(), shared: nil)
    let token = try #require(tokens.current(now: Self.start))
    let (header, claims) = (try part(token, 0), try part(token, 1))
    #expect(header.contains(#""alg":"ES256""#) && header.contains(#""kid":"KEY1234567""#))
    #expect(claims.contains(#""iss":"ABCDE12345""#) && claims.contains(#""iat":1700000000"#))
  }

  @Test func `one serves for fifty minutes`() throws {
    let tokens = try APNsTokens(settings(), shared: nil)
    let first = tokens.current(now: Self.start)
    #expect(tokens.current(now: Self.later(49)) == first)
    let second = tokens.current(now: Self.later(50))
    #expect(second != first && tokens.current(now: Self.later(99)) == second)
  }

  @Test func `one that is refused is replaced, but not within twenty minutes`() throws {
    let tokens = try APNsTokens(settings(), shared: nil)
    let first = try #require(tokens.current(now: Self.start))
    tokens.refuse(first, now: Self.later(19))
    #expect(tokens.current(now: Self.later(19)) == first)
    tokens.refuse(first, now: Self.later(21))
    let second = try #require(tokens.current(now: Self.later(21)))
    #expect(second != first)
    // Answers to requests with the old one come later.
    tokens.refuse(first, now: Self.later(45))
    #expect(tokens.current(now: Self.later(45)) == second)
  }

  @Test func `one that a wrong clock has dated is replaced as soon as the clock is right, and no sooner`() throws {
    let behind = Mutex<Int64>(3_600_000)
    let tokens = try APNsTokens(settings(), shared: nil) { now in
      UnixTime(milliseconds: now.milliseconds - behind.withLock { $0 })
    }
    let first = try #require(tokens.current(now: Self.start))
    #expect(try part(first, 1).contains(#""iat":1699996400"#))
    tokens.refuse(first, now: Self.later(1))
    #expect(tokens.current(now: Self.later(1)) == first)
    behind.withLock { $0 = 0 }
    #expect(tokens.current(now: Self.later(2)) == first)
    tokens.refuse(first, now: Self.later(2))
    let second = try #require(tokens.current(now: Self.later(2)))
    #expect(try part(second, 1).contains(#""iat":1700000120"#))
    // The clock says nothing against this one.
    tokens.refuse(second, now: Self.later(3))
    #expect(tokens.current(now: Self.later(3)) == second)
  }

  @Test func `a key of another kind, or none, is told at the start`() throws {
    let rsa = APNsSettings(teamID: "T", keyID: "K", key: try Deliveries.rsaKey())
    #expect(throws: SendFailure.self) { try APNsTokens(rsa, shared: nil) }
    #expect(throws: SigningError.self) { try APNsTokens(APNsSettings(teamID: "T", keyID: "K", key: "x"), shared: nil) }
  }

  @Test(.requires(.redis)) func `all workers of a team share one, and another makes the next`() throws {
    let redis = try SharedServers.redis.redisSettings
    let settings = try settings()
    let prefix = uniqueName("tokens") + ":"
    func worker() throws -> APNsTokens {
      try APNsTokens(settings, shared: SharedTokens(redis, secret: settings.key, prefix: prefix))
    }
    let workers = [try worker(), try worker(), try worker()]
    let first = try #require(workers[0].current(now: Self.start))
    #expect(workers.allSatisfy { $0.current(now: Self.later(10)) == first })
    #expect(try worker().current(now: Self.later(49)) == first)
    let second = try #require(workers[1].current(now: Self.later(51)))
    #expect(second != first && workers[2].current(now: Self.later(52)) == second)
    #expect(try worker().current(now: Self.later(53)) == second)
  }
}
