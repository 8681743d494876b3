import Foundation

/// What makes a vendor's signature one of its own.
public enum SMSNonce {
  /// 122 random bits in hexadecimal digits.
  public static func make() -> String { UUID().uuidString.replacing("-", with: "") }
}
