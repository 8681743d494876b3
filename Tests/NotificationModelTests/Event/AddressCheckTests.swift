import NotificationModel
import Testing

@Suite("Addresses") struct AddressCheckTests {
  @Test(
    arguments: [
      "kim@example.com", "a@b.kr", "first.last+tag@mail.example.co.kr", "o'brien!#$%&*-/=?^_`{|}~@x-y.example",
      "김@예시.한국", "kim@xn--9i1b14lz3d.kr", "1@2.com", String(repeating: "a", count: 64) + "@example.com",
    ])
  func `what a mailbox can be called is an address`(text: String) { #expect(AddressCheck.isEmail(text)) }

  @Test(
    arguments: [
      "", "@", "kim", "kim@", "@example.com", "kim@example", "kim@@example.com", "a@b@c.com", ".kim@example.com",
      "kim.@example.com", "k..m@example.com", "kim@.com", "kim@example..com", "kim@-a.com", "kim@a-.com",
      "kim @example.com", "kim@exa mple.com", "kim@example.com\r\nRCPT TO:<x@y.z>", "kim\n@example.com",
      "kim@example.com\n", "\u{0}kim@example.com", "<kim@example.com>", "\"kim\"@example.com", "kim@[127.0.0.1]",
      "kim,lee@example.com", "kim;lee@example.com", "kim:lee@example.com", "kim(a)@example.com", "kim\\@example.com",
      "kim@exam_ple.com", "kim\u{85}@example.com", "kim\u{2028}@example.com", "kim\u{200B}@example.com",
      "kim\u{202E}@example.com", "kim@example\u{3002}com", "kim@example.com\u{A0}", "😀@example.com",
      String(repeating: "a", count: 65) + "@example.com", "kim@" + String(repeating: "a", count: 64) + ".com",
      "kim@" + String(repeating: "abcdefgh.", count: 30) + "com",
    ])
  func `what none can be called is not`(text: String) { #expect(!AddressCheck.isEmail(text)) }

  @Test(arguments: ["+821012345678", "+1212555010", "+1234567", "+123456789012345"])
  func `a number in E.164 is one`(text: String) { #expect(AddressCheck.isPhone(text)) }

  @Test(
    arguments: [
      "", "+", "01012345678", "821012345678", "+82-10-1234-5678", "+82 1012345678", "+021012345678", "+123456",
      "+1234567890123456", "+82101234567a", "+8210１２３４", "+821012345678\r\n", "++821012345678",
    ])
  func `anything else is not`(text: String) { #expect(!AddressCheck.isPhone(text)) }

  @Test(
    arguments: [
      ("token", "com.example", true), ("", "com.example", false), ("token", "", false),
      ("to ken", "com.example", false),
      ("token\r\nx: y", "com.example", false), ("token", "com.ex\nample", false), ("tök", "com.example", false),
      (String(repeating: "a", count: 4_096), "com.example", true),
      (String(repeating: "a", count: 4_097), "com.example", false),
    ])
  func `a device's token and app are printable and at most 4,096 bytes`(token: String, app: String, isGood: Bool) {
    let device = DeviceAddress(platform: .ios, appID: app, token: token)
    let problem = Result { () throws(RequestProblem) in try AddressCheck.check(.device(device), "to[2]") }
    if isGood {
      #expect((try? problem.get()) != nil)
    } else {
      #expect(throws: RequestProblem(.invalidAddress, "to[2].device", "has a token or an app id that no device has")) {
        try problem.get()
      }
    }
  }
}
