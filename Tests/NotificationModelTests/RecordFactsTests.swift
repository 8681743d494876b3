import NotificationModel
import Testing

@Suite("What a dead letter can be chosen by")
struct RecordFactsTests {
  private func facts(_ text: String) -> RecordFacts? { RecordFacts(Array(text.utf8)) }

  @Test func `of a delivery and of an event the same is known`() throws {
    let delivery = try #require(
      facts(
        #"{"id":"d","eventID":"e","user":17,"channel":"sms","category":"c","template":"t","address":{"phone":"+82"}}"#))
    #expect(delivery.channel == "sms" && delivery.category == "c" && delivery.template == "t")
    #expect(delivery.eventID == "e" && delivery.users == [17])
    let event = try #require(
      facts(#"{"to":[{"user":8},{"email":"a@b.c"},{"user":9}],"category":"c","parameters":{"user":1,"to":[2]}}"#))
    #expect(event.users == [8, 9] && event.channel == nil && event.template == nil && event.category == "c")
  }

  @Test func `what is of another kind, or too long, is not taken as it is`() throws {
    let odd = try #require(facts(#"{"user":"17","channel":5,"template":null,"to":[1,{"user":1.5},{"user":"x"}]}"#))
    #expect(odd.users == [] && odd.channel == nil && odd.template == nil)
    let long = String(repeating: "가", count: 500)
    let cut = try #require(facts(#"{"channel":"\#(long)","template":"\#(long)","category":"\#(long)"}"#))
    #expect(cut.channel?.count == 20 && cut.template?.count == 128 && cut.category?.count == 64)
  }

  @Test func `a crowd is not named`() throws {
    func to(_ count: Int) -> String {
      #"{"to":[\#((1...count).map { #"{"user":\#($0)}"# }.joined(separator: ","))],"category":"c"}"#
    }
    #expect(facts(to(1_000))?.users?.count == 1_000)
    let crowd = try #require(facts(to(1_001)))
    #expect(crowd.users == nil && crowd.category == "c")
    let pointer = DeadLetterPointer(
      origin: "t/0/1", id: "", code: "", value: Array(to(1_001).utf8), originalSchema: "notification.v1")
    #expect(String(decoding: pointer.value, as: UTF8.self).hasSuffix(#","category":"c"}"#))
  }

  @Test(arguments: ["", "[]", "{", "no json", #"{"to":[}"#, #"{"a":1} x"#, "\u{1}"])
  func `what is no object says nothing, and its pointer nothing but where it lies`(text: String) {
    #expect(facts(text) == nil)
    let pointer = DeadLetterPointer(
      origin: "t/0/1", id: "", code: "", value: Array(text.utf8), originalSchema: "notification.v1")
    #expect(String(decoding: pointer.value, as: UTF8.self) == #"{"origin":"t/0/1","bytes":\#(text.utf8.count)}"#)
  }
}
