import NotificationModel
import Testing

@testable import Worker

@Suite("Marks of addresses") struct AddressMarkTests {
  /// The same two are in `DeadContactTests`, as the recorder's database computes them.
  @Test func `it is sixteen bits of an address' digest, and none of a device's`() {
    #expect(AddressMark.text(.email("user-1@example.com")) == "1280")
    #expect(AddressMark.text(.phone("+821000000002")) == "9d5d")
    #expect(AddressMark.text(.device(DeviceAddress(platform: .ios, appID: "a", token: "t"))) == nil)
  }
}
