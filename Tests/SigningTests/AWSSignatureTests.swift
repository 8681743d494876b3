import Foundation
import Signing
import TestSupport
import Testing

@Suite("Amazon's signature as botocore makes it") struct AWSSignatureTests {
  private struct Question: Encodable {
    var method = "POST"
    var host = "email.ap-northeast-2.amazonaws.com"
    var path = "/v2/email/outbound-emails"
    var headers = ["content-type": "application/json"]
    var body = Data("{\"a\":\"한글\"}".utf8)
    var region = "ap-northeast-2"
    var service = "ses"
    var id = "AKIDEXAMPLE"
    var secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    var token: String?
    var time: Int64 = 1_764_000_000
    var url: String

    init(_ change: (inout Question) -> Void = { _ in }) {
      url = ""
      change(&self)
      url = "https://\(host)\(path)"
    }

    func signed() -> [String: String] {
      let credentials = AWSCredentials(accessKeyID: id, secret: secret, sessionToken: token)
      let added = AWSSignature(region: region, service: service, credentials: credentials).headers(
        method: method, host: host, path: path, headers: headers.map { ($0.key, $0.value) }, body: Array(body),
        time: Date(timeIntervalSince1970: Double(time)))
      return headers.merging(added.map { ($0.name, $0.value) }) { $1 }
    }
  }

  @Test(.requires(.python)) func `requests of many kinds are signed the same`() throws {
    var random = SeededGenerator(seed: 5)
    var questions = [
      Question(), Question { $0.token = "FwoGZXIvYXdzE+/=" }, Question { $0.body = Data() },
      Question { $0.host = "127.0.0.1:8443" }, Question { $0.path = "/a%20b/c~d/_-.e:f" },
      Question { $0.headers["X-Long"] = "a   b  c" }, Question { $0.method = "GET" }, Question { $0.path = "/" },
    ]
    for _ in 0..<50 {
      questions.append(
        Question {
          $0.body = Data(
            (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
          $0.time = Int64.random(in: 0...4_000_000_000, using: &random)
          $0.secret = "s\(UInt64.random(in: 0...UInt64.max, using: &random))"
        })
    }
    let answers = try PythonPackages.call("aws_sign.py", questions, for: [[String: String]].self)
    #expect(answers.count == questions.count)
    for (question, answer) in zip(questions, answers) {
      let ours = question.signed()
      #expect(ours["authorization"] == answer["authorization"])
      #expect(ours["x-amz-date"] == answer["x-amz-date"])
      #expect(ours["x-amz-security-token"] == answer["x-amz-security-token"])
    }
  }

  @Test func `credentials show no secret`() {
    let credentials = AWSCredentials(accessKeyID: "id", secret: "hidden1", sessionToken: "hidden2")
    var dumped = ""
    dump([credentials], to: &dumped)
    #expect(!"\(credentials) \(String(reflecting: credentials)) \(dumped)".contains("hidden"))
  }
}
