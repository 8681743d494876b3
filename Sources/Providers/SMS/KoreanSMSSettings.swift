import NotificationModel
public import Worker

/// What all Korean vendors are told.
public struct KoreanSMSSettings: Sendable {
  /// Digits alone, as `0212345678`; registered with the vendor.
  public let sender: String
  /// Categories whose messages are advertising by law.
  public let advertising: Set<String>
  /// Of long messages.
  public let title: String
  public let codePage: KoreanCodePage

  /// Bytes of a title.
  public static let titleBytes = 40

  /// - Parameters:
  ///   - title: up to 40 bytes of the code page.
  ///   - codePage: what is not in it is refused here. The router counts by `cp949`, too. The vendors' pages say EUC-KR:
  ///     `eucKR` is for an account with which rare syllables do not arrive.
  /// - Throws: `SENDER_IS_NO_NUMBER`, `BAD_TITLE`, or `NO_CODE_PAGE` where the machine lacks it.
  public init(
    sender: String, advertising: Set<String> = [], title: String, codePage: KoreanCodePage = .cp949
  ) throws(SendFailure) {
    guard KoreanNumber.isSender(sender) else { throw SendFailure(.providerRefuses, code: "SENDER_IS_NO_NUMBER") }
    guard codePage.isThere else { throw SendFailure(.providerRefuses, code: "NO_CODE_PAGE") }
    guard let bytes = codePage.bytes(of: title), (1...Self.titleBytes).contains(bytes), title == SMSText.clean(title)
    else { throw SendFailure(.providerRefuses, code: "BAD_TITLE") }
    (self.sender, self.advertising, self.title, self.codePage) = (sender, advertising, title, codePage)
  }

  /// - Throws: why no Korean vendor can send it.
  func group(of request: SendRequest) throws(SendFailure) -> SMSGroup {
    _ = try number(of: request)
    let length = try SMSLength.korean(try SMSText.text(of: request.delivery), codePage)
    return SMSGroup(isLong: length.isLong, isAdvertising: advertising.contains(request.delivery.category))
  }

  func number(of request: SendRequest) throws(SendFailure) -> String {
    try KoreanNumber.domestic(try SMSText.number(of: request.delivery))
  }
}
