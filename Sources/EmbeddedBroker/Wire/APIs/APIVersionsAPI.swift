/// ApiVersions: which APIs and versions are spoken here. A version that is not known is answered in version 0.
enum APIVersionsAPI: WireAPI {
  static let key = APIKey.apiVersions
  static let versions: ClosedRange<Int16> = 0...4
  static let firstFlexible: Int16 = 3

  struct Request: WireMessage {
    var clientSoftwareName = ""
    var clientSoftwareVersion = ""

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      if wire.version >= 3 {
        try wire.string(&clientSoftwareName)
        try wire.string(&clientSoftwareVersion)
      }
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var error = ErrorCode.none
    var apis: [Range] = []
    var throttleMilliseconds: Int32 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      try wire.array(&apis)
      if wire.version >= 1 { try wire.integer(&throttleMilliseconds) }
      try wire.tags()
    }
  }

  struct Range: WireMessage {
    var key: Int16 = 0
    var min: Int16 = 0
    var max: Int16 = 0

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&key)
      try wire.integer(&min)
      try wire.integer(&max)
      try wire.tags()
    }
  }
}
