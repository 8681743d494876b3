import Glibc
import Testing

@testable import HTTPTransfer

@Suite("The guard of addresses") struct AddressGuardTests {
  private static func bytes(_ text: String) -> [UInt8] {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
    var six = in6_addr()
    return inet_pton(AF_INET6, text, &six) == 1 ? withUnsafeBytes(of: &six) { Array($0) } : []
  }

  @Test(
    arguments: [
      "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "169.253.1.1", "192.167.1.1",
      "198.17.0.1", "198.20.0.1", "203.0.114.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1",
      "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ])
  func `a public address is let through`(text: String) { #expect(AddressGuard.isPublic(Self.bytes(text))) }

  @Test(
    arguments: [
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
      "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1",
      "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
      "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1",
      "2002:7f00:1::1", "2002:a00:1::1", "2001::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1",
      "ff02::1",
      "100::1", "4000::1",
    ])
  func `any other is not`(text: String) {
    #expect(!Self.bytes(text).isEmpty && !AddressGuard.isPublic(Self.bytes(text)))
  }

  @Test(
    arguments: [
      ("127.0.0.1", true), ("127.255.255.255", true), ("::1", true), ("126.255.255.255", false), ("128.0.0.1", false),
      ("10.0.0.1", false), ("::", false), ("::2", false), ("100::1", false), ("::ffff:127.0.0.1", false),
    ])
  func `this machine's are its loopback's`(text: String, isLocal: Bool) {
    #expect(AddressGuard.isThisMachine(Self.bytes(text)) == isLocal)
  }

  @Test(
    arguments: [
      ("127.0.0.1", true, false, true), ("8.8.8.8", true, false, false), ("10.0.0.1", true, false, false),
      ("127.0.0.1", true, true, false), ("8.8.8.8", true, true, false), ("127.0.0.1", false, true, false),
      ("8.8.8.8", false, true, true), ("10.0.0.1", false, false, true),
    ])
  func `what may be called depends on the protocol, too`(
    text: String, isPlaintext: Bool, isGuarded: Bool, isAllowed: Bool
  ) {
    let address = Self.bytes(text)
    #expect(AddressGuard.mayCall(address, isPlaintext: isPlaintext, isGuarded: isGuarded) == isAllowed)
  }

  @Test func `what is no address is not`() {
    #expect(
      !AddressGuard.isPublic([]) && !AddressGuard.isPublic([8, 8, 8]) && !AddressGuard.isPublic([8, 8, 8, 8, 8]))
  }
}
