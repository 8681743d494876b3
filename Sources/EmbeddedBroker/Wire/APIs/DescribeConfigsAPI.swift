/// DescribeConfigs: the settings of topics and of this broker.
enum DescribeConfigsAPI: WireAPI {
  static let key = APIKey.describeConfigs
  static let versions: ClosedRange<Int16> = 1...4
  static let firstFlexible: Int16 = 4

  struct Request: WireMessage {
    var resources: [Resource] = []
    var includesSynonyms = false
    var includesDocumentation = false

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.array(&resources)
      try wire.bool(&includesSynonyms)
      if wire.version >= 3 { try wire.bool(&includesDocumentation) }
      try wire.tags()
    }
  }

  struct Resource: WireMessage {
    var kind: Int8 = 0
    var name = ""
    /// Nil: all settings.
    var keys: [String]?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&kind)
      try wire.string(&name)
      try wire.nullableStrings(&keys)
      try wire.tags()
    }
  }

  struct Response: WireMessage {
    var throttleMilliseconds: Int32 = 0
    var results: [Result] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.integer(&throttleMilliseconds)
      try wire.array(&results)
      try wire.tags()
    }
  }

  struct Result: WireMessage {
    var error = ErrorCode.none
    var message: String?
    var kind: Int8 = 0
    var name = ""
    var settings: [Setting] = []

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.error(&error)
      try wire.nullableString(&message)
      try wire.integer(&kind)
      try wire.string(&name)
      try wire.array(&settings)
      try wire.tags()
    }
  }

  struct Setting: WireMessage {
    var name = ""
    var value: String?
    var isReadOnly = false
    var source = SettingSource.unknown
    var isSensitive = false
    var synonyms: [Synonym] = []
    var type: Int8 = 0
    var documentation: String?

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.nullableString(&value)
      try wire.bool(&isReadOnly)
      try wire.integer(&source)
      try wire.bool(&isSensitive)
      try wire.array(&synonyms)
      if wire.version >= 3 {
        try wire.integer(&type)
        try wire.nullableString(&documentation)
      }
      try wire.tags()
    }
  }

  struct Synonym: WireMessage {
    var name = ""
    var value: String?
    var source = SettingSource.unknown

    mutating func fields(_ wire: inout some Wire) throws(WireError) {
      try wire.string(&name)
      try wire.nullableString(&value)
      try wire.integer(&source)
      try wire.tags()
    }
  }
}

/// What a setting can belong to, by the protocol's numbers.
enum ResourceKind {
  static let topic: Int8 = 2
  static let broker: Int8 = 4
}
