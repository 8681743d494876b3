import Foundation
import NotificationModel
import ProviderSimulators
import Testing

/// FCM's rules for messages, with curl as the client.
@Suite struct FCMSimulatorTests {
  @Test func `a correct message is accepted, named and kept`() throws {
    let fcm = try FCMFixture()
    let answer = try fcm.send(bearer: fcm.accessToken())
    #expect((answer.status, answer.exitCode) == (200, 0))
    let name = try #require(answer.json?["name"] as? String)
    #expect(name.hasPrefix("projects/bongsu-simulated/messages/0:"))
    try #require(fcm.simulator.received.count == 1)
    let delivery = fcm.simulator.received[0]
    #expect((delivery.name, delivery.token, delivery.isAccepted) == (name, FCMFixture.device, true))
    #expect(delivery.headers["content-type"] == "application/json")
    #expect(delivery.body == ["message": ["token": .text(FCMFixture.device), "notification": ["title": "Hello"]]])
    #expect(fcm.simulator.counts.accepted == 1)
    #expect(fcm.simulator.tokenCounts.accepted == 1)
  }

  @Test func `each message has a name of its own, and none is sent that is only validated`() throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    for _ in 0..<2 { _ = try fcm.send(bearer: token) }
    let trial = #"{"validate_only":true,"message":{"topic":"news"}}"#
    #expect(try fcm.send(trial, bearer: token).status == 200)
    #expect(Set(fcm.simulator.received.compactMap(\.name)).count == 2)
    #expect((fcm.simulator.counts.requests, fcm.simulator.counts.accepted) == (3, 2))
  }

  @Test(arguments: [
    (FCMReason.invalidArgument, 400, "INVALID_ARGUMENT"), (.unregistered, 404, "NOT_FOUND"),
    (.senderIDMismatch, 403, "PERMISSION_DENIED"), (.quotaExceeded, 429, "RESOURCE_EXHAUSTED"),
    (.unavailable, 503, "UNAVAILABLE"), (.internal, 500, "INTERNAL"), (.thirdPartyAuthError, 401, "UNAUTHENTICATED"),
  ]) func `a device's error has FCM's shape, until it ends`(reason: FCMReason, code: Int, status: String) throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    fcm.simulator.answer(token: FCMFixture.device, with: reason)
    let answer = try fcm.send(bearer: token)
    #expect((answer.status, answer.error["code"] as? Int, answer.googleStatus) == (code, code, status))
    #expect(answer.errorCode == reason.rawValue)
    #expect(answer.fields.isEmpty)
    #expect(fcm.simulator.received.map(\.token) == [FCMFixture.device])
    #expect(fcm.simulator.counts.refused == [reason.rawValue: 1])
    fcm.simulator.answer(token: FCMFixture.device, with: nil)
    #expect(try fcm.send(bearer: token).status == 200)
  }

  @Test func `answers can follow from the token`() throws {
    let fcm = try FCMFixture { $0.answers = { $0.hasPrefix("gone") ? .unregistered : nil } }
    let token = try fcm.accessToken()
    #expect(try fcm.send(#"{"message":{"token":"gone1"}}"#, bearer: token).errorCode == "UNREGISTERED")
    #expect(try fcm.send(#"{"message":{"token":"here1"}}"#, bearer: token).status == 200)
  }

  @Test func `what has not a registration token's form is told as such`() throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    for device in ["", "a b", "a/b", String(repeating: "a", count: 4_097)] {
      let answer = try fcm.send(#"{"message":{"token":"\#(device)"}}"#, bearer: token)
      #expect((answer.status, answer.errorCode, answer.fields) == (400, "INVALID_ARGUMENT", []))
    }
  }

  @Test(arguments: [
    (#"{"#, ""), (#"[]"#, ""), (#"{}"#, "message"), (#"{"message":[]}"#, "message"), (#"{"messages":{}}"#, ""),
    (#"{"message":{}}"#, "message"), (#"{"message":{"token":"a","topic":"b"}}"#, "message"),
    (#"{"message":{"token":1}}"#, "message.token"), (#"{"message":{"token":"a","extra":1}}"#, "message"),
    (#"{"message":{"token":"a","data":{"n":1}}}"#, "message.data[0].value"),
    (#"{"message":{"token":"a","data":{"a":"b","n":null}}}"#, "message.data[1].value"),
    (#"{"message":{"token":"a","data":{"from":"x"}}}"#, "message.data"),
    (#"{"message":{"token":"a","data":{"google.a":"x"}}}"#, "message.data"),
    (#"{"message":{"token":"a","data":{"gcm_a":"x"}}}"#, "message.data"),
    (#"{"message":{"token":"a","data":{"message_type":"x"}}}"#, "message.data"),
    (#"{"message":{"token":"a","notification":{"text":"x"}}}"#, "message.notification"),
    (#"{"message":{"token":"a","notification":{"title":1}}}"#, "message.notification.title"),
    (#"{"message":{"token":"a","android":{"ttl":"2419201s"}}}"#, "message.android.ttl"),
    (#"{"message":{"token":"a","android":{"ttl":"60"}}}"#, "message.android.ttl"),
    (#"{"message":{"token":"a","android":{"ttl":"-1s"}}}"#, "message.android.ttl"),
    (#"{"message":{"token":"a","android":{"priority":"urgent"}}}"#, "message.android.priority"),
    (#"{"message":{"token":"a","android":{"time_to_live":"1s"}}}"#, "message.android"),
    (#"{"validate_only":"yes","message":{"token":"a"}}"#, "validateOnly"),
  ]) func `a bad payload is told by its field, and not as a bad token`(body: String, field: String) throws {
    let fcm = try FCMFixture()
    let answer = try fcm.send(body, bearer: fcm.accessToken())
    #expect((answer.status, answer.googleStatus, answer.fields) == (400, "INVALID_ARGUMENT", [field]))
    #expect(answer.errorCode == nil)
    #expect(fcm.simulator.counts.accepted == 0)
  }

  @Test(arguments: [
    #"{"message":{"token":"a","android":{"ttl":"2419200s","priority":"high","collapse_key":"k"}}}"#,
    #"{"message":{"token":"a","android":{"ttl":"0s","priority":"NORMAL","collapseKey":"k"},"fcm_options":{}}}"#,
    #"{"message":{"condition":"'a' in topics","data":{"fromage":"x"},"apns":{},"webpush":{}}}"#,
    #"{"message":{"topic":"a","notification":{"title":"t","body":"b","image":"i"},"token":null}}"#,
  ]) func `what FCM allows passes`(body: String) throws {
    let fcm = try FCMFixture()
    #expect(try fcm.send(body, bearer: fcm.accessToken()).status == 200)
  }

  @Test(arguments: [("token", 4_096), ("topic", 2_048)])
  func `a payload may be as long as Google says and no byte longer`(target: String, limit: Int) throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    for (bytes, status) in [(limit, 200), (limit + 1, 400)] {
      let text = String(repeating: "x", count: bytes - "k".count - "title".count - "Hi".count)
      let body = #"{"message":{"\#(target)":"a","data":{"k":"\#(text)"},"notification":{"title":"Hi"}}}"#
      let answer = try fcm.send(body, bearer: token)
      #expect(answer.status == status)
      #expect(answer.fields == (status == 400 ? ["message"] : []))
    }
  }

  @Test func `over the quota messages wait for the next minute`() throws {
    let fcm = try FCMFixture { $0.messagesPerMinute = 2 }
    let token = try fcm.accessToken()
    #expect(try fcm.send(bearer: token).status == 200)
    #expect(try fcm.send("{}", bearer: token).status == 400)
    let answer = try fcm.send(bearer: token)
    #expect((answer.status, answer.errorCode) == (429, "QUOTA_EXCEEDED"))
    #expect(answer.detail("google.rpc.QuotaFailure") != nil)
    let wait = try #require(answer.headers["retry-after"].flatMap(Int.init))
    #expect((1...60).contains(wait))
    fcm.simulator.advanceClock(by: .seconds(wait))
    #expect(try fcm.send(bearer: token).status == 200)
  }

  @Test(arguments: ["/v1/projects/bongsu-simulated/messages", "/v2/projects/bongsu-simulated/messages:send", "/"])
  func `another door is closed, and not told as a dead device`(path: String) throws {
    let fcm = try FCMFixture()
    let token = try fcm.accessToken()
    let answer = try fcm.curl.send(path, headers: [("authorization", "Bearer \(token)")], body: [])
    #expect((answer.status, answer.googleStatus, answer.errorCode) == (404, "NOT_FOUND", nil))
  }

  @Test func `misbehaviour can be for messages or for access tokens`() throws {
    let fcm = try FCMFixture()
    fcm.simulator.misbehave(.refuse(status: 503, reason: "UNAVAILABLE", retryAfter: 3), path: "/v1/")
    fcm.simulator.misbehave(.refuse(status: 500, reason: "internal_failure"), path: "/token")
    let refusal = try fcm.grant(fcm.assertion())
    #expect((refusal.status, refusal.json?["error"] as? String) == (500, "internal_failure"))
    let token = try fcm.accessToken()
    let answer = try fcm.send(bearer: token)
    #expect((answer.status, answer.errorCode, answer.headers["retry-after"]) == (503, "UNAVAILABLE", "3"))
    #expect(try fcm.send(bearer: token).status == 200)
    fcm.simulator.misbehave(.reset(code: 2, taken: false), .all)
    #expect(try fcm.send(bearer: token).status == 0)
    #expect(try fcm.grant(fcm.assertion()).status == 0)
    #expect((fcm.simulator.counts.accepted, fcm.simulator.tokenCounts.accepted) == (1, 1))
    #expect((fcm.simulator.counts.requests, fcm.simulator.tokenCounts.requests) == (3, 3))
  }
}
