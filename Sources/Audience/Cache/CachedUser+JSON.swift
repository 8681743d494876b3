import NotificationModel

extension CachedUser {
  /// The bytes of an entry, which `init(json:)` reads.
  var json: [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.object {
      $0.member("version", version)
      $0.member("user") { user.write(to: &$0) }
    }
    return writer.bytes
  }

  /// Reads an entry.
  init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json)
    version = try members.neededInteger("version")
    user = try AudienceUser(JSONMembers(members.needed("user"), "user"))
  }
}

extension AudienceUser {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id)
    json.member("locale", locale)
    json.member("timeZone", timeZone)
    json.member("email") { email.write(to: &$0) }
    if let phone { json.member("phone") { phone.write(to: &$0) } }
    json.member("devices", each: devices) { $1.write(to: &$0) }
  }

  fileprivate init(_ members: JSONMembers) throws(RequestProblem) {
    let email = try UserContact(JSONMembers(members.needed("email"), "email"))
    self.init(
      id: try members.neededInteger("id"), locale: try members.text("locale"), timeZone: try members.text("timeZone"),
      email: email)
    if let phone = members["phone"] { self.phone = try UserContact(JSONMembers(phone, "phone")) }
    for device in try members.list("devices") ?? [] { devices.append(try UserDevice(JSONMembers(device, "devices"))) }
  }
}

extension UserContact {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id)
    json.member("address", address)
    json.member("verifiedAt", verifiedAt)
  }

  fileprivate init(_ members: JSONMembers) throws(RequestProblem) {
    self.init(
      id: try members.neededInteger("id"), address: try members.neededText("address"),
      verifiedAt: try members.unixTime("verifiedAt"))
  }
}

extension UserDevice {
  fileprivate func write(to json: inout JSONWriter) {
    json.member("id", id)
    json.member("platform", platform.rawValue)
    json.member("appID", appID)
    json.member("environment", environment.rawValue)
    json.member("token", token)
    json.member("locale", locale)
    json.member("timeZone", timeZone)
    json.member("registeredAt", registeredAt)
    json.member("disabledAt", disabledAt)
  }

  fileprivate init(_ members: JSONMembers) throws(RequestProblem) {
    guard let platform: Platform = try members.word("platform"),
      let environment: Environment = try members.word("environment"),
      let registeredAt = try members.unixTime("registeredAt")
    else { throw RequestProblem(.invalidMember, members.path("platform"), "is missing") }
    self.init(
      id: try members.neededInteger("id"), platform: platform, appID: try members.neededText("appID"),
      environment: environment, token: try members.neededText("token"), locale: try members.text("locale"),
      timeZone: try members.text("timeZone"), registeredAt: registeredAt,
      disabledAt: try members.unixTime("disabledAt"))
  }
}

extension JSONMembers {
  fileprivate func neededInteger(_ name: String) throws(RequestProblem) -> Int64 {
    guard let number = try integer(name) else { throw RequestProblem(.invalidMember, path(name), "is missing") }
    return number
  }

  fileprivate func unixTime(_ name: String) throws(RequestProblem) -> UnixTime? {
    try integer(name).map { UnixTime(milliseconds: $0) }
  }
}
