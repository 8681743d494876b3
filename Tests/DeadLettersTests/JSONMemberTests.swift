import Testing

@testable import DeadLetters

@Suite("Members of a JSON object in its bytes")
struct JSONMemberTests {
  private func replaced(_ text: String, _ name: String, _ value: String) -> String? {
    let bytes = Array(text.utf8)
    return JSONMember.find(name, in: bytes).map { String(decoding: $0.replaced(by: value, in: bytes), as: UTF8.self) }
  }

  private func removed(_ text: String, _ name: String) -> String? {
    let bytes = Array(text.utf8)
    return JSONMember.find(name, in: bytes).map { String(decoding: $0.removed(from: bytes), as: UTF8.self) }
  }

  @Test(arguments: [
    (#"{"n":1}"#, #"{"n":7}"#), (#"{ "n" : 12.5e3 , "b":2}"#, #"{ "n" : 7 , "b":2}"#),
    (#"{"a":{"n":3},"n":1}"#, #"{"a":{"n":3},"n":7}"#),
    (#"{"a":["n",{"n":"}"}],"n":"x\"}"}"#, #"{"a":["n",{"n":"}"}],"n":7}"#),
    (#"{"n":{"a":[1,2]},"b":1}"#, #"{"n":7,"b":1}"#), (#"{"a":"\"n\":5","n":null}"#, #"{"a":"\"n\":5","n":7}"#),
    (#"{"n":1,"n":2}"#, #"{"n":1,"n":7}"#),
  ])
  func `only the value of the outermost member changes`(text: String, expected: String) {
    #expect(replaced(text, "n", "7") == expected)
  }

  @Test(arguments: [
    (#"{"n":1}"#, "{}"), (#"{"n":1,"b":2}"#, #"{"b":2}"#), (#"{"a":0,"n":1}"#, #"{"a":0}"#),
    (#"{"a":0 , "n":[1,{}] , "b":2}"#, #"{"a":0 ,  "b":2}"#),
  ])
  func `a removed member takes one comma along`(text: String, expected: String) {
    #expect(removed(text, "n") == expected)
  }

  @Test(arguments: ["{}", "[]", "", #"{"m":1}"#, #"{"a":{"n":1}}"#, #""n""#, #"{"a":"#, #"{"a"#, #"{"a":"b\"#])
  func `what is not there is not found, also in half an object`(text: String) {
    #expect(JSONMember.find("n", in: Array(text.utf8)) == nil)
  }
}
