extension Alert {
  /// The same JSON as by Codable.
  public func write(to writer: inout JSONWriter) {
    writer.object { json in
      json.member("group", group)
      json.member("severity", severity.rawValue)
      json.member("title", title)
      json.member("detail", detail)
      json.member("count", count)
      json.member("references", references)
      json.member("time", time)
    }
  }
}
