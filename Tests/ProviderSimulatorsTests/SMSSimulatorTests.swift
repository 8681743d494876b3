import Foundation
import LocalServers
import NotificationModel
import ProviderSimulators
import Testing

/// What curl, with signatures by Python's hmac, is answered.
@Suite("The SMS vendors' stand-ins") struct SMSSimulatorTests {
  private static let sensPath = "/sms/v2/services/\(SMSSimulator.serviceID)/messages"

  /// Another hand than the one that checks.
  private func hmac(_ message: String, base64: Bool) throws -> String {
    let script = """
      import base64, hashlib, hmac, sys
      code = hmac.new(b"\(SMSSimulator.secret)", sys.argv[1].encode(), hashlib.sha256)
      print(base64.b64encode(code.digest()).decode() if sys.argv[2] == "1" else code.hexdigest())
      """
    return try #require(ChildProcess.run(ChildCommand("python3", ["-c", script, message, base64 ? "1" : "0"])).first)
  }

  private func sens(
    _ curl: Curl, _ method: String = "POST", _ path: String = sensPath, body: String? = nil, ago: Int64 = 0,
    key: String = SMSSimulator.accessKey
  ) throws -> Curl.Answer {
    let time = "\(Int64(Date().timeIntervalSince1970 * 1_000) - ago)"
    let headers = [
      ("x-ncp-apigw-timestamp", time), ("x-ncp-iam-access-key", key), ("content-type", "application/json"),
      ("x-ncp-apigw-signature-v2", try hmac("\(method) \(path)\n\(time)\n\(SMSSimulator.accessKey)", base64: true)),
    ]
    return try curl.send(path, method: method, headers: headers, body: body.map { Array($0.utf8) })
  }

  private func sensBody(_ texts: [String], type: String = "SMS", from: String = SMSSimulator.sender) -> String {
    let messages = texts.enumerated().map { #"{"to":"0101111000\#($0.offset)","content":"\#($0.element)"}"# }
    return #"{"type":"\#(type)","from":"\#(from)","content":"x","messages":[\#(messages.joined(separator: ","))]}"#
  }

  @Test func `SENS takes a call that is signed, and tells later of each message`() throws {
    let simulator = try SMSSimulator(.sens)
    let curl = try Curl(simulator)
    let long = String(repeating: "가", count: 46)
    let answer = try sens(curl, body: sensBody(["안녕", long, "🙂"]))
    #expect(answer.status == 202 && answer.json?["statusCode"] as? String == "202")
    #expect(simulator.received.map(\.text) == ["안녕", String(long.dropLast()), "🙂"], "what is too long is cut")
    #expect(simulator.counts.requests == 1 && simulator.counts.accepted == 3)
    #expect(simulator.received[0].deliveryID == SMSMessage.hash(number: "01011110000", text: "안녕"))
    let id = try #require(answer.json?["requestId"] as? String)
    let list = try sens(curl, "GET", Self.sensPath + "?requestId=" + id).json?["messages"] as? [[String: Any]] ?? []
    #expect(list.map { $0["to"] as? String } == ["01011110000", "01011110001", "01011110002"])
    simulator.report(number: "01011110001", as: .pending)
    let states = try list.map { message in
      let path = "\(Self.sensPath)/\(message["messageId"] as? String ?? "")"
      let one = (try sens(curl, "GET", path).json?["messages"] as? [[String: Any]])?.first
      return [one?["status"] as? String, one?["statusName"] as? String]
    }
    #expect(
      states == [["COMPLETED", "success"], ["PROCESSING", nil], ["COMPLETED", "fail"]], "no carrier writes emoji")
  }

  @Test func `SENS refuses a wrong signature, time, sender and form`() throws {
    let simulator = try SMSSimulator(.sens)
    let curl = try Curl(simulator)
    let body = sensBody(["a"])
    #expect(try sens(curl, body: body, ago: 301_000).status == 401)
    #expect(try sens(curl, body: body, key: "other").status == 401)
    #expect(try curl.send(Self.sensPath, body: Array(body.utf8)).status == 401)
    #expect(try sens(curl, body: sensBody(["a"], from: "0299999999")).status == 400)
    #expect(try sens(curl, body: sensBody(["a"], type: "FAX")).status == 400)
    #expect(try sens(curl, body: "{").status == 400)
    #expect(try sens(curl, body: sensBody(Array(repeating: "a", count: 101))).status == 400)
    #expect(simulator.counts.accepted == 0 && simulator.received.isEmpty)
  }

  private func solapi(_ curl: Curl, _ body: String, salt: String = UUID().uuidString, ago: Double = 0) throws
    -> Curl.Answer
  {
    let date = Date(timeIntervalSinceNow: -ago).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let signature = try hmac(date + salt, base64: false)
    let header = "HMAC-SHA256 apiKey=\(SMSSimulator.accessKey), date=\(date), salt=\(salt), signature=\(signature)"
    return try curl.send(
      "/messages/v4/send-many/detail", headers: [("authorization", header), ("content-type", "application/json")],
      body: Array(body.utf8))
  }

  @Test func `Solapi tells of each message of a call, and knows ours by their id`() throws {
    let tally = DeliveryTally()
    var settings = SMSSimulator.Settings()
    settings.tally = tally
    let simulator = try SMSSimulator(.solapi, settings)
    let curl = try Curl(simulator)
    let id = "0195b7a8-7d3c-7aaa-8aaa-0123456789ab"
    func message(_ number: String, _ text: String, from: String = SMSSimulator.sender) -> String {
      #"{"to":"\#(number)","from":"\#(from)","text":"\#(text)","type":"SMS","customFields":{"deliveryID":"\#(id)"}}"#
    }
    let messages = [
      message("01011112222", "a"), message("01011112222", "b"), message("1", "c"),
      message("01033334444", "d", from: "0299999999"), message("01055556666", String(repeating: "가", count: 46)),
    ]
    let answer = try solapi(curl, #"{"messages":[\#(messages.joined(separator: ","))]}"#)
    #expect(answer.status == 200)
    let failed = answer.json?["failedMessageList"] as? [[String: Any]] ?? []
    #expect(failed.map { $0["statusCode"] as? String } == ["1026", "1010", "1062", "1012"])
    #expect((answer.json?["messageList"] as? [[String: Any]])?.map { $0["statusCode"] as? String } == ["2000"])
    #expect(simulator.received.map(\.deliveryID) == Array(repeating: id, count: 5))
    #expect(tally.counts.unique == 1 && tally.receipts.map(\.id) == [id])
  }

  @Test func `Solapi takes a signature once, and not an old one`() throws {
    let simulator = try SMSSimulator(.solapi)
    let curl = try Curl(simulator)
    let body = #"{"messages":[]}"#
    #expect(try solapi(curl, body, ago: 901).json?["errorCode"] as? String == "RequestTimeTooSkewed")
    #expect(try solapi(curl, body, salt: "short").json?["errorCode"] as? String == "Unauthorized")
    #expect(try solapi(curl, body).json?["errorCode"] as? String == "ValidationError")
    let date = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let salt = UUID().uuidString
    let header =
      "HMAC-SHA256 apiKey=\(SMSSimulator.accessKey), date=\(date), salt=\(salt), signature="
      + (try hmac(date + salt, base64: false))
    func again() throws -> String? {
      try curl.send("/messages/v4/send-many/detail", headers: [("authorization", header)], body: Array(body.utf8))
        .json?["errorCode"] as? String
    }
    #expect(try again() == "ValidationError")
    #expect(try again() == "DuplicatedSignature")
  }

  @Test func `NHN has a result for each recipient, and refuses by its own codes`() throws {
    let simulator = try SMSSimulator(.nhn)
    simulator.answer(number: "01022220000", with: "-2014")
    let curl = try Curl(simulator)
    func send(_ body: String, app: String = SMSSimulator.appKey, secret: String = SMSSimulator.secret) throws
      -> [String: Any]
    {
      let answer = try curl.send(
        "/sms/v3.0/appKeys/\(app)/sender/sms", headers: [("x-secret-key", secret)], body: Array(body.utf8))
      #expect(answer.status == 200)
      return answer.json ?? [:]
    }
    func code(_ answer: [String: Any]) -> Int? { (answer["header"] as? [String: Any])?["resultCode"] as? Int }
    let recipients =
      #"[{"recipientNo":"01011110000","recipientGroupingKey":"a"},{"recipientNo":"01022220000"},{"recipientNo":"x"}]"#
    let body = #"{"body":"hi","sendNo":"\#(SMSSimulator.sender)","recipientList":\#(recipients)}"#
    let answer = try send(body)
    let data = (answer["body"] as? [String: Any])?["data"] as? [String: Any]
    let results = data?["sendResultList"] as? [[String: Any]] ?? []
    #expect(code(answer) == 0 && results.map { $0["resultCode"] as? Int } == [0, -2014, -2019])
    #expect(results.map { $0["recipientGroupingKey"] as? String } == ["a", nil, nil])
    #expect(code(try send(body, app: "other")) == -1000)
    #expect(code(try send(body, secret: "other")) == -1007)
    #expect(code(try send(body.replacing(SMSSimulator.sender, with: "0299999999"))) == -2312)
    #expect(simulator.received.map(\.isAccepted) == [true, false, false])
    #expect(simulator.received[0].deliveryID == "a")
  }

  @Test func `Twilio takes one message a call, and says later what became of it`() throws {
    let simulator = try SMSSimulator(.twilio)
    let curl = try Curl(simulator)
    let path = "/2010-04-01/Accounts/\(SMSSimulator.accountSID)/Messages"
    let user = ["--user", "\(SMSSimulator.accountSID):\(SMSSimulator.secret)"]
    func send(_ to: String, _ text: String, from: String = SMSSimulator.twilioSender, _ options: [String]? = nil) throws
      -> Curl.Answer
    {
      let form = ["To=\(to)", "From=\(from)", "Body=\(text)"].flatMap { ["--data-urlencode", $0] }
      return try curl.send(path + ".json", options: (options ?? user) + form)
    }
    let answer = try send("+15005550009", "Hi & 안녕+")
    #expect(answer.status == 201 && answer.json?["status"] as? String == "queued")
    #expect(simulator.received.map(\.text) == ["Hi & 안녕+"] && simulator.received[0].number == "+15005550009")
    let id = try #require(answer.json?["sid"] as? String)
    simulator.report(number: "+15005550009", as: .failed(code: "30003"))
    let later = try curl.send("\(path)/\(id).json", method: "GET", options: user)
    #expect(later.json?["status"] as? String == "undelivered" && later.json?["error_code"] as? Int == 30_003)
    func code(_ answer: Curl.Answer) -> Int? { answer.json?["code"] as? Int }
    #expect(code(try send("+15005550009", "Hi", ["--user", "a:b"])) == 20_003)
    #expect(code(try send("010", "Hi")) == 21_211)
    #expect(code(try send("+15005550009", "Hi", from: "+1999999999")) == 21_606)
    #expect(code(try send("+15005550009", String(repeating: "a", count: 1_601))) == 21_617)
    #expect(simulator.counts.accepted == 1)
  }

  @Test(arguments: SMSSimulator.Vendor.allCases) func `each is too busy in its own words`(vendor: SMSSimulator.Vendor)
    throws
  {
    let simulator = try SMSSimulator(vendor)
    simulator.misbehave(simulator.busy, .all)
    let answer = try Curl(simulator).send("/", body: [])
    #expect(answer.status == 429 && answer.headers["retry-after"] == "1" && answer.json != nil)
    #expect(simulator.counts.requests == 1 && simulator.counts.accepted == 0)
  }
}
