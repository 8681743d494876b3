/// One host's connections. It belongs to the client's thread.
final class TransferHost {
  private(set) var opened = 0
  private(set) var connections = 0
  /// True from the first answer on, as long as a connection stands. libcurl 7.88 opens a connection for each request that
  /// comes while the first one is being made (curl#10456), so until then there is one request.
  var isWarm = false
  /// Requests that libcurl has.
  var inFlight = 0

  func noteOpened() {
    opened += 1
    connections += 1
  }

  func noteClosed() {
    connections -= 1
    if connections == 0 { isWarm = false }
  }

  /// Requests that libcurl may have at once: never more than can be sent, as it looks through all that wait.
  func room(_ settings: HTTPClientSettings) -> Int {
    isWarm ? max(0, settings.connections * settings.streams - inFlight) : inFlight == 0 ? 1 : 0
  }

  /// `https://host:port` of a URL that was checked.
  static func name(of url: String) -> Substring {
    guard let start = url.firstRange(of: "://")?.upperBound else { return url[...] }
    return url[..<(url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex)]
  }
}
