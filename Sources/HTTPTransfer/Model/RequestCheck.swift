/// What must not reach libcurl, which passes line breaks on.
extension HTTPRequest {
  /// Nil where it may be sent.
  func fault(_ settings: HTTPClientSettings) -> HTTPTransferError? {
    guard !method.isEmpty, method.holdsOnly({ (0x41...0x5A).contains($0) }) else {
      return HTTPTransferError(.invalidRequest, "the method is none")
    }
    guard url.holdsOnly({ (0x21...0x7E).contains($0) }) else {
      return HTTPTransferError(.invalidRequest, "the URL holds characters that must be percent-encoded")
    }
    guard url.hasPrefix("https://") || settings.allowsLocalPlaintext && isLocalPlaintext else {
      return HTTPTransferError(.invalidRequest, "the URL is not https://")
    }
    // libcurl refuses it, too; but what stands before the sign is a host to other readers of the URL.
    guard !TransferHost.name(of: url).utf8.contains(UInt8(ascii: "@")) else {
      return HTTPTransferError(.invalidRequest, "the URL holds a user")
    }
    for header in headers where !Self.isHeader(header) {
      return HTTPTransferError(.invalidRequest, "a header holds a line break, or its name is none")
    }
    return nil
  }

  private var isLocalPlaintext: Bool {
    ["http://127.0.0.1", "http://[::1]", "http://localhost"].contains {
      url.hasPrefix($0) && [":", "/", nil].contains(url.dropFirst($0.count).first)
    }
  }

  private static func isHeader(_ header: (name: String, value: String)) -> Bool {
    !header.name.isEmpty
      && header.name.holdsOnly { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
      && header.value.holdsOnly { ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F }
  }
}

extension String {
  /// Looks at the bytes where they are: a bearer token goes by here with each request.
  @inline(__always)
  func holdsOnly(_ isAllowed: (UInt8) -> Bool) -> Bool {
    unsafe utf8.withContiguousStorageIfAvailable { unsafe $0.allSatisfy(isAllowed) } ?? utf8.allSatisfy(isAllowed)
  }
}
