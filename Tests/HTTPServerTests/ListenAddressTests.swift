import HTTPServer
import Testing

@Suite struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:9464", "127.0.0.1:9464"), ("0.0.0.0:0", "0.0.0.0:0"), ("localhost:80", "127.0.0.1:80"),
    ("[::1]:9464", "[::1]:9464"), ("[::]:0", "[::]:0"), ("[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1"),
    ("127.0.0.1:65535", "127.0.0.1:65535"),
  ])
  func `addresses are understood`(text: String, shown: String) throws {
    #expect("\(try ListenAddress(text))" == shown)
  }

  @Test(arguments: [
    "", ":", "9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
    "127.0.0.1:http", "127.0.0.1:٣", "127.0.0:80", "127.0.0.1.5:80", "256.0.0.1:80", "db:80", "::1:9464", "[::1]",
    "[::1]9464", "[]:80", "[127.0.0.1]:80", "[localhost]:80", "[::1:80", "::1]:80", " 127.0.0.1:80", "127.0.0.1:80 ",
    "127.0.0.1\0:80",
  ])
  func `others are refused with an example`(text: String) {
    let error = #expect(throws: HTTPServerError.self) { try ListenAddress(text) }
    #expect(error?.description.contains("127.0.0.1") == true)
  }
}
