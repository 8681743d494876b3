import Foundation
import NotificationModel
import Worker

/// What of a delivery all vendors are given.
enum SMSText {
  /// - Throws: `NO_TEXT`.
  static func text(of delivery: Delivery) throws(SendFailure) -> String {
    let text = clean(delivery.content.sms?.body ?? "")
    guard !text.isEmpty else { throw SendFailure(.permanent, code: "NO_TEXT") }
    return text
  }

  /// - Throws: `NO_NUMBER`.
  static func number(of delivery: Delivery) throws(SendFailure) -> String {
    guard case .phone(let number) = delivery.address, AddressCheck.isPhone(number) else {
      throw SendFailure(.permanent, code: "NO_NUMBER")
    }
    return number
  }

  /// Lines end in LF alone, and no other control characters: no handset shows them, and a gateway may stop at one.
  /// Syllables that come in pieces are put together, as no code page has the pieces.
  static func clean(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 == 0x0A || (0x20..<0x7F).contains($0) }) { return text }
    var clean = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar == "\r" || scalar == "\n" && !isAfterReturn {
        clean.append("\n")
      } else if scalar == "\t" {
        clean.append(" ")
      } else if scalar.properties.generalCategory != .control {
        clean.append(scalar)
      }
      isAfterReturn = scalar == "\r"
    }
    return String(clean)
  }
}
