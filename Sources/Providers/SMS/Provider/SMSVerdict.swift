import HTTPTransfer
import Worker

/// What is to be done after a call.
struct SMSVerdict {
  /// That end here.
  var reports: [SendReport] = []
  /// That are tried again: with the next vendor, or in smaller calls.
  var again: [SMSItem] = []
  /// Why the vendor rests from now on; nil where it works.
  var failure: SendFailure?
  /// The call was not made, so it says nothing of the vendor.
  var wasNotMade = false

  init(_ call: SMSCall, _ answer: Result<HTTPResponse, HTTPTransferError>, _ vendor: any SMSVendor) {
    let judged = Self.complete(vendor.judge(answer, for: call.items.map(\.request)), call)
    if case .failure(let error) = answer, Self.isOurs(error) {
      // Another vendor would fare no better.
      (reports, wasNotMade) = (judged, true)
      return
    }
    if call.items.count > 1, call.group.text == nil, Self.isRefusedAsOne(judged) {
      // One bad text must not take the others with it: it is found by halving.
      again = call.items.map { SMSItem(request: $0.request, failures: $0.failures, most: call.items.count / 2) }
      return
    }
    for (report, item) in zip(judged, call.items) {
      add(vendor.results == nil ? report : Self.named(report, vendor), item, vendor: call.vendor)
    }
    // It works where it has judged one delivery by itself.
    if reports.contains(where: { !Self.isUnknown($0) }) { failure = nil }
  }

  private mutating func add(_ report: SendReport, _ item: SMSItem, vendor: Int) {
    guard case .failed(let failure) = report.result else { return reports.append(report) }
    switch failure.effect {
    case .providerBusy, .providerThrottles, .providerRefuses:
      self.failure = self.failure ?? failure
      var item = item
      item.failures[vendor] = failure
      again.append(item)
    case .unknown:
      self.failure = self.failure ?? failure
      reports.append(report)
    case .retriable, .permanent, .deadAddress: reports.append(report)
    }
  }

  /// With the vendor in the message's id, so that the right one is asked for its receipt.
  private static func named(_ report: SendReport, _ vendor: any SMSVendor) -> SendReport {
    guard case .sent(let id?) = report.result else { return report }
    return SendReport(tag: report.tag, .sent(providerID: SMSReceiptKey(vendor: vendor.name, id: id).providerID))
  }

  private static func isUnknown(_ report: SendReport) -> Bool {
    if case .failed(let failure) = report.result { failure.effect == .unknown } else { false }
  }

  /// One for each, in their order, whatever a vendor of somebody else's says.
  private static func complete(_ reports: [SendReport], _ call: SMSCall) -> [SendReport] {
    let told = Dictionary(reports.map { ($0.tag, $0) }) { first, _ in first }
    return call.items.map { told[$0.request.tag] ?? SendReport(tag: $0.request.tag, .failed(SMSAnswer.unreadable)) }
  }

  /// It is this process that did not send.
  private static func isOurs(_ error: HTTPTransferError) -> Bool {
    !error.mayHaveArrived && [.queueFull, .stopped, .invalidRequest, .configuration].contains(error.code)
  }

  private static func isRefusedAsOne(_ reports: [SendReport]) -> Bool {
    guard case .failed(let first)? = reports.first?.result, first.effect == .permanent else { return false }
    return reports.allSatisfy { $0.result == .failed(first) }
  }
}
