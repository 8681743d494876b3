import Foundation
import Runtime
import Signing
import Testing

@testable import Providers

@Suite("A service account's file") struct ServiceAccountTests {
  private func error(_ change: (inout [String: String]) throws -> Void) throws -> ServiceAccountError {
    var members = try TestAccount.members()
    try change(&members)
    let json = try TestAccount.json(members)
    return try #require(throws: ServiceAccountError.self) { try ServiceAccount(json: json) }
  }

  @Test func `a whole one is read`() throws {
    let account = try ServiceAccount(json: TestAccount.json(TestAccount.members()))
    #expect(account.projectID == "shop-1")
    #expect(account.clientEmail == "push@shop-1.iam.gserviceaccount.com")
    #expect(account.keyID == "0123abcd")
    #expect(account.tokenURI == "https://oauth2.googleapis.com/token")
    #expect(account.key.kind == .rsa)
  }

  @Test func `one without a type is read, too`() throws {
    var members = try TestAccount.members()
    members["type"] = nil
    #expect(throws: Never.self) { try ServiceAccount(json: TestAccount.json(members)) }
  }

  @Test(
    "what is missing is named",
    arguments: [
      "project_id", "client_email", "private_key", "private_key_id", "token_uri",
    ])
  func missing(_ name: String) throws {
    let error = try error { $0[name] = nil }
    #expect((error.code, error.member) == (.missing, name))
    #expect(error.description == "the service account's file has no \"\(name)\"")
  }

  @Test(
    "what is wrong is named, and not shown",
    arguments: [
      ("project_id", ""), ("project_id", "a/b"), ("project_id", "a b"), ("project_id", "a?b"),
      ("project_id", String(repeating: "a", count: 101)), ("client_email", "nobody"), ("private_key_id", ""),
      ("private_key_id", "a\nb"), ("private_key_id", String(repeating: "a", count: 257)), ("token_uri", ""),
      ("token_uri", "ftp://token"), ("token_uri", "https://to ken"), ("private_key", ""), ("private_key", "secretword"),
    ])
  func invalid(_ name: String, _ text: String) throws {
    let error = try error { $0[name] = text }
    #expect((error.code, error.member) == (.invalid, name))
    #expect(error.description.contains("\"\(name)\""))
    #expect(text.count < 3 || !error.description.contains(text))
    #expect(error.disposition == .stop(error.description))
  }

  @Test func `a key that is cut or of another kind is refused without a byte of it`() throws {
    let pem = try TestKeys.rsa.get()
    let cut = try error { $0["private_key"] = String(pem.prefix(pem.count / 2)) }
    #expect((cut.code, cut.member, cut.cause?.code) == (.invalid, "private_key", .badKey))
    let other = try error { $0["private_key"] = try TestKeys.p256.get() }
    #expect(other.description == "\"private_key\" in the service account's file is no RSA key")
    let lines = try (pem + TestKeys.p256.get()).split(separator: "\n").filter { !$0.hasPrefix("-") }
    for line in lines {
      #expect(!String(reflecting: cut).contains(line))
      #expect(!String(reflecting: other).contains(line))
    }
  }

  @Test func `settings show no key when they are printed`() throws {
    let settings = try FCMSettings(serviceAccount: TestAccount.json(TestAccount.members()))
    var shown = ""
    dump(settings, to: &shown)
    for line in try TestKeys.rsa.get().split(separator: "\n") { #expect(!shown.contains(line)) }
  }

  @Test("a file for something else", arguments: ["", "{", "[]", "7", "\"service_account\""])
  func noObject(_ text: String) throws {
    let error = try #require(throws: ServiceAccountError.self) { try ServiceAccount(json: text) }
    #expect((error.code, error.member) == (.noJSON, nil))
  }

  @Test func `a file of another way to log in is told apart`() throws {
    let error = try error { $0["type"] = "authorized_user" }
    #expect((error.code, error.member) == (.otherKind, "type"))
  }

  @Test("what is no text is as good as wrong", arguments: ["7", "{}", "[\"x\"]", "true"])
  func noText(_ value: String) throws {
    let json = try TestAccount.json(TestAccount.members()).replacing("\"0123abcd\"", with: value)
    let error = try #require(throws: ServiceAccountError.self) { try ServiceAccount(json: json) }
    #expect(error.description == "\"private_key_id\" in the service account's file is no text")
  }
}
