import NotificationModel
public import Providers

/// What a vendor says of a message, whether it was asked or called back.
public struct ReceiptReport: Sendable, Equatable {
  public let key: SMSReceiptKey
  public let result: SMSResult

  public init(_ key: SMSReceiptKey, _ result: SMSResult) { (self.key, self.result) = (key, result) }
}

/// What is told of a message once it is known, or will not be.
struct ReceiptWord: Sendable, Equatable {
  let key: SMSReceiptKey
  let receipt: DeliveryReceipt
  let code: String?

  private init(_ key: SMSReceiptKey, _ receipt: DeliveryReceipt, _ code: String?) {
    (self.key, self.receipt, self.code) = (key, receipt, code)
  }

  /// Nil while nothing is known: such a message is asked about again.
  init?(_ report: ReceiptReport) {
    switch report.result {
    case .delivered: self.init(report.key, .delivered, nil)
    case .failed(let code): self.init(report.key, .undelivered, code)
    case .pending, .notFound, .noAnswer: return nil
    }
  }

  /// Nobody said in time.
  static func silence(of key: SMSReceiptKey) -> ReceiptWord { ReceiptWord(key, .unknown, nil) }

  /// The status of a delivery that a vendor took, with this beside it. Its place in the order of statuses is the attempt's,
  /// so that a later replay is untouched.
  func status(of delivery: DeliveryStatus, now: UnixTime) -> DeliveryStatus {
    var status = delivery
    (status.receipt, status.receiptCode, status.time) = (receipt, code, now)
    return status
  }
}
