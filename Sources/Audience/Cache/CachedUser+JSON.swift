import NotificationModel

extension CachedUser {
  /// Reads what `JSONEncoder` wrote.
  init(json: JSONValue) throws(RequestProblem) {
    let members = try JSONMembers(json)
    version = try members.neededInteger("version")
    user = try AudienceUser(JSONMembers(members.needed("user"), "user"))
  }
}

extension AudienceUser {
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
  fileprivate init(_ members: JSONMembers) throws(RequestProblem) {
    self.init(
      id: try members.neededInteger("id"), address: try members.neededText("address"),
      verifiedAt: try members.unixTime("verifiedAt"))
  }
}

extension UserDevice {
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
