extension WireCoder where Self: ~Escapable {
  @_lifetime(self: copy self)
  mutating func array<Element: WireMessage>(_ values: inout [Element]) throws(WireError) {
    var optional: [Element]? = values
    try nullableArray(&optional)
    values = optional ?? []
  }

  @_lifetime(self: copy self)
  mutating func nullableArray<Element: WireMessage>(_ values: inout [Element]?) throws(WireError) {
    guard var elements = try elements(of: values, empty: Element()) else {
      values = nil
      return
    }
    for index in elements.indices { try elements[index].fields(&self) }
    values = elements
  }

  @_lifetime(self: copy self)
  mutating func integers(_ values: inout [Int32]) throws(WireError) {
    var elements = try elements(of: values, empty: 0) ?? []
    for index in elements.indices { try integer(&elements[index]) }
    values = elements
  }

  @_lifetime(self: copy self)
  mutating func strings(_ values: inout [String]) throws(WireError) {
    var optional: [String]? = values
    try nullableStrings(&optional)
    values = optional ?? []
  }

  @_lifetime(self: copy self)
  mutating func nullableStrings(_ values: inout [String]?) throws(WireError) {
    guard var elements = try elements(of: values, empty: "") else {
      values = nil
      return
    }
    for index in elements.indices { try string(&elements[index]) }
    values = elements
  }

  /// The elements to go through: those that are written, or as many empty ones as are to be read.
  @_lifetime(self: copy self)
  private mutating func elements<Element>(of values: [Element]?, empty: Element) throws(WireError) -> [Element]? {
    var count = values?.count
    try self.count(&count)
    guard let count else { return nil }
    if let values, values.count == count { return values }
    return Array(repeating: empty, count: count)
  }
}
