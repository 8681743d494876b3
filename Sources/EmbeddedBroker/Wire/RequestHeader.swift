/// What every request begins with.
struct RequestHeader: Equatable, Sendable {
  let key: Int16
  let version: Int16
  let correlationID: Int32
  let clientID: String?

  /// Reads the header and leaves `reader` at the body, set to the body's version.
  ///
  /// A key or version that is not known here is no error yet: the caller decides what to answer, and reads no body.
  init(_ reader: inout WireReader) throws(WireError) {
    var key: Int16 = 0
    var version: Int16 = 0
    var correlationID: Int32 = 0
    var clientID: String?
    try reader.integer(&key)
    try reader.integer(&version)
    try reader.integer(&correlationID)
    // The client's id keeps its short length in every version of the header.
    try reader.nullableString(&clientID)
    reader.version = version
    if let api = APIKey(rawValue: key)?.api, api.versions.contains(version) {
      reader.isFlexible = version >= api.firstFlexible
      try reader.tags()
    }
    self.key = key
    self.version = version
    self.correlationID = correlationID
    self.clientID = clientID
  }
}

extension WireAPI {
  static func isFlexible(_ version: Int16) -> Bool { version >= firstFlexible }

  /// A response's frame without its length: header and body.
  static func encode(
    _ response: Response, version: Int16, correlationID: Int32
  ) throws(WireError) -> [[UInt8]] {
    var correlationID = correlationID
    var response = response
    let isFlexible = isFlexible(version)
    // A client that does not know our versions yet has to read this one: its header has no tags ever.
    var writer = WireWriter(version: version, isFlexible: isFlexible && key != .apiVersions)
    try writer.integer(&correlationID)
    try writer.tags()
    writer.isFlexible = isFlexible
    try response.fields(&writer)
    return writer.finish()
  }

  /// The rest of a request, all of it.
  static func decode(_ reader: inout WireReader) throws(WireError) -> Request {
    var request = Request()
    try request.fields(&reader)
    try reader.expectEnd()
    return request
  }
}
