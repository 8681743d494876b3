import Configuration
import Foundation
import Testing

@Suite struct SecretTests {
  @Test func `a secret is read from its key or from the file beside the configuration`() throws {
    let file = try TextFile("a: {password: hunter2}\nb: {passwordFile: secret.txt}")
    try file.add("secret.txt", "correct horse\n")
    let reader = ConfigurationReader(file: try ConfigurationFile(path: file.path))
    #expect(reader.secret("a.password")?.reveal() == "hunter2")
    #expect(reader.secret("b.password")?.reveal() == "correct horse")
    #expect(problems(reader) == [])
  }

  @Test(arguments: [
    ("word\n", "word"), ("word\r\n", "word"), ("word", "word"), (" two words \n", " two words "), ("봉수\n", "봉수"),
    ("a\nb\n", "a\nb"),
  ])
  func `one line end of the file does not count`(content: String, secret: String) throws {
    let file = try TextFile(content, name: "secret")
    let reader = try reader(flags: [("passwordFile", file.path)])
    #expect(reader.secret("password")?.reveal() == secret)
  }

  @Test(
    arguments: [
      ([], "it is empty"), ([0x0a], "it is empty"), (Array("hunter2\n\n".utf8), "it ends with an empty line"),
      ([0xff, 0x61], "it is not UTF-8"), (Array("hun\0ter2".utf8), "it holds a NUL character"),
      ([UInt8](repeating: 0x61, count: 70_000), "larger than 64kB"),
    ] as [([UInt8], String)])
  func `a file that holds no secret says why and not what`(content: [UInt8], why: String) throws {
    let file = try TextFile(content, name: "secret")
    let reader = try reader(flags: [("passwordFile", file.path)])
    #expect(reader.secret("password") == nil)
    #expect(problems(reader) == ["flag --passwordFile: passwordFile: cannot read '\(file.path)': \(why)"])
  }

  @Test func `a file that is missing is told`() throws {
    let reader = try reader(flags: [("passwordFile", "/nowhere/secret")])
    _ = reader.secret("password")
    #expect(problems(reader)[0].hasSuffix("cannot read '/nowhere/secret': No such file or directory"))
  }

  @Test func `both in one layer are a conflict, the higher layer wins otherwise`() throws {
    let both = try reader("password: a\npasswordFile: b")
    #expect(both.secret("password") == nil)
    #expect(problems(both) == ["test.yaml:2:15: password and passwordFile are both given; keep one"])
    let file = try TextFile("from file", name: "secret")
    let over = try reader("password: a", environment: ["BONGSU_PASSWORD_FILE": file.path])
    #expect(over.secret("password")?.reveal() == "from file")
    let under = try reader("passwordFile: \(file.path)", environment: ["BONGSU_PASSWORD": "direct"])
    #expect(under.secret("password")?.reveal() == "direct")
    #expect(problems(under) == [])
  }

  @Test func `nothing prints a secret`() throws {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    dump(["x": secret], to: &dumped)
    for text in ["\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])", dumped] {
      #expect(!text.contains("hunter2"))
    }
  }

  @Test func `config show masks secrets, also in maps and from files`() throws {
    let file = try TextFile("hunter2", name: "secret")
    let reader = try reader(
      """
      password: hunter2
      dsn: host=db user=relay password=hunter2
      properties: {sasl.username: u, sasl.password: hunter2, ssl.key.passwordFile: \(file.path)}
      slot: bongsu
      """)
    _ = (reader.secret("password"), reader.secret("dsn", masking: .connectionString), reader.string("slot"))
    let map = reader.map("properties", isSecret: { $0.contains("password") })
    #expect(map == ["sasl.username": "u", "sasl.password": "hunter2", "ssl.key.password": "hunter2"])
    _ = reader.int("port", in: 1...9, default: 5)
    let shown = reader.entries().map { "\($0.key)=\($0.value)" }
    #expect(
      shown == [
        "password=***", "dsn=host=db user=relay password=***", "slot=bongsu", "properties.sasl.password=***",
        "properties.sasl.username=u", "properties.ssl.key.passwordFile=\(file.path)", "properties.ssl.key.password=***",
        "port=5",
      ])
    #expect(problems(reader) == [])
  }

  @Test func `a map's secret may be a file by a variable too`() throws {
    let file = try TextFile("hunter2", name: "secret")
    let reader = try reader(environment: ["BONGSU_PROPERTIES_SASL_PASSWORD_FILE": file.path])
    #expect(reader.map("properties", isSecret: { $0.contains("password") }) == ["sasl.password": "hunter2"])
    #expect(problems(reader) == [])
  }

  @Test func `a map's secret given twice in one layer is a conflict`() throws {
    let reader = try reader("properties: {sasl.password: a, sasl.passwordFile: b}")
    #expect(reader.map("properties", isSecret: { $0.contains("password") }) == [:])
    #expect(
      problems(reader) == [
        "test.yaml:1:51: properties.sasl.password and properties.sasl.passwordFile are both given; keep one"
      ])
  }

  @Test(arguments: [
    "host=db password=hunter2", "password = hunter2", "password='hunter2 with \\' quote' user=a", "PASSWORD=hunter2",
    "sslpassword=hunter2 host=x", "postgres://relay:hunter2@db/shop", "postgresql://relay:hun@ter2@db:5432/shop",
    "postgres://relay@db/shop?password=hunter2&sslmode=require", "password='hunter2", "password=hun\\ ter2 user=a",
    "postgres://:hunter2@db", "host=db\npassword=hunter2\n",
  ])
  func `a connection string is shown without its password`(text: String) {
    let masked = Masking.connectionString.mask(text)
    #expect(!masked.contains("ter2"))
    #expect(!masked.contains("quote"))
    #expect(masked.contains("***"))
  }

  @Test(arguments: ["host=db user=relay", "postgres://db/shop", "postgres://relay@db/shop?sslmode=require", ""])
  func `what has no password is shown as it is`(text: String) {
    #expect(Masking.connectionString.mask(text) == text)
  }

  @Test func `a secret of the wrong kind or value is never repeated`() throws {
    let reader = try reader("password: [hunter2]\nb: {password: ''}\nproperties: {password: [hunter2]}")
    _ = (reader.secret("password"), reader.secret("b.password"))
    _ = reader.map("properties", isSecret: { _ in true })
    let all = problems(reader)
    #expect(all.count == 3)
    #expect(!all.joined().contains("hunter2"))
  }
}
