import HTTPTransfer
import NotificationModel
import Worker

/// What is the same of all vendors' answers.
enum SMSAnswer {
  /// A vendor's word as a report may carry it: never a text, and never so many digits as a number has.
  static func word(_ value: JSONValue?) -> String? {
    let text: String
    switch value {
    case .text(let word), .number(let word): text = word
    default: return nil
    }
    guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(isWordByte) else { return nil }
    let digits = text.utf8.split { !(0x30...0x39).contains($0) }
    return digits.allSatisfy { $0.count < 8 } ? text : nil
  }

  /// What a vendor calls a message; kept as it is, as long as it is printable and short.
  static func id(_ value: JSONValue?) -> String? {
    guard case .text(let text)? = value, (1...128).contains(text.utf8.count),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return text
  }

  static func body(_ response: HTTPResponse) -> JSONValue? {
    response.isTruncated ? nil : try? JSONParser.parse(response.body)
  }

  /// By the class of an HTTP status alone. A server that failed in the middle may have sent; one that is not there has
  /// not.
  static func effect(_ status: Int) -> SendFailure.Effect {
    switch status {
    case 429: .providerThrottles
    case 408, 425, 503: .providerBusy
    case 300..<400, 401...405, 407: .providerRefuses
    case 400..<500: .permanent
    default: .unknown
    }
  }

  /// - Parameter effect: nil: by the status's class.
  static func failure(_ response: HTTPResponse, word: String?, effect: SendFailure.Effect? = nil) -> SendFailure {
    let effect = effect ?? Self.effect(response.status)
    return SendFailure(
      effect, code: word ?? "HTTP_\(response.status)", retryAfter: TransferFailure.retryAfter(response))
  }

  /// The server says that it took it, but not what.
  static let unreadable = SendFailure(.unknown, code: "ANSWER_UNREADABLE")

  static func all(_ requests: [SendRequest], _ failure: SendFailure) -> [SendReport] {
    requests.map { SendReport(tag: $0.tag, .failed(failure)) }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
  }
}

extension JSONValue {
  /// A member of an object; nil of anything else.
  subscript(_ name: String) -> JSONValue? { if case .object(let members) = self { members[name] } else { nil } }
  var elements: [JSONValue]? { if case .list(let items) = self { items } else { nil } }
  var string: String? { if case .text(let text) = self { text } else { nil } }
  var whole: Int? {
    switch self {
    case .text(let text), .number(let text): Int(text)
    default: nil
    }
  }
}
