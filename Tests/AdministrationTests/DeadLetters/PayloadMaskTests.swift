import NotificationModel
import Testing

@testable import Administration

@Suite("Masking of payloads")
struct PayloadMaskTests {
  @Test func `a delivery shows ids and times, and neither address nor text`() throws {
    let value = try JSONParser.parse(
      Array(
        #"""
        {"id":"d","eventID":"e","user":17,"channel":"sms","target":"5","address":{"phone":"+821012345678"},
        "category":"service","template":"hi","content":{"sms":{"body":"Your code is 123456"}},"link":"https://a/secret",
        "notBefore":1700000000000,"collapseKey":"order-17"}
        """#.utf8))
    let text = JSONText.pretty(PayloadMask.masked(value))
    for shown in [#""user": 17"#, #""template": "hi""#, #""notBefore": 1700000000000"#, "+82•••••••678"] {
      #expect(text.contains(shown), "\(text)")
    }
    for hidden in ["1012345", "123456", "secret", "order-17"] { #expect(!text.contains(hidden), "\(text)") }
    #expect(text.contains(#""body": "(19 characters)""#))
  }

  @Test
  func `an event hides recipients' addresses and all parameters, also numbers and names that are shown elsewhere`()
    throws
  {
    let value = try JSONParser.parse(
      Array(
        #"""
        {"to":[{"user":17,"parameters":{"id":"A-1","user":4,"flag":true}},{"email":"somebody@example.com"},
        {"device":{"platform":"ios","appID":"com.a","token":"0123456789abcdef0123456789abcdef"}}],
        "category":"service","parameters":{"amount":12000,"name":{"template":"Kim"}},
        "content":{"push":{"title":"Hi Kim","body":"b","titleArguments":["Kim"]}},"new":"who knows"}
        """#.utf8))
    let text = JSONText.plain(PayloadMask.masked(value))
    for hidden in ["A-1", "somebody", "12000", "Kim", "who knows", "9abcdef", #""user":4"#, "true"] {
      #expect(!text.contains(hidden), "\(hidden): \(text)")
    }
    #expect(text.contains(#""user":17"#) && text.contains("s•••@example.com") && text.contains("012345•••"))
  }

  @Test func `addresses that are short, wrong or empty are hidden whole`() {
    #expect(PayloadMask.phone("+8210") == "(5 characters)")
    #expect(PayloadMask.email("@example.com") == "(12 characters)" && PayloadMask.email("kim") == "(3 characters)")
    #expect(PayloadMask.token("0123456789abcdef") == "(16 characters)" && PayloadMask.phone("") == "(0 characters)")
  }

  @Test func `headers of writers and keys that are no id are hidden`() {
    #expect(PayloadMask.header("bongsu-error-code", "STALE") == "STALE" && PayloadMask.header("id", "x") == "x")
    #expect(PayloadMask.header("authorization", "secret") == "(6 characters)")
    #expect(PayloadMask.key("17") == "17" && PayloadMask.key("a@b.c") == "(5 characters)")
  }

  @Test func `what would turn a terminal's text is written as its code`() {
    #expect(JSONText.plain(.text("a\u{1B}[2J\u{202E}\"\\")) == #""a\u001b[2J\u202e\"\\""#)
  }
}
