import Foundation
import NotificationModel

/// An error in the shape of Google's APIs: `{"error": {"code", "message", "status", "details"}}`.
struct GoogleError: Error {
  let code: Int
  let message: String
  /// What is counted: FCM's `errorCode`, or the status where there is none.
  let reason: String
  var details: [JSONValue] = []
  /// Seconds.
  var retryAfter: Int?

  init(code: Int, message: String, reason: String? = nil) {
    (self.code, self.message) = (code, message)
    self.reason = reason ?? Self.status(code)
  }

  init(_ reason: FCMReason) {
    self.init(code: reason.status, message: reason.message, reason: reason.rawValue)
    details = [Self.fcmError(reason.rawValue)]
  }

  /// One that a test asked for.
  init(code: Int, reason: String, retryAfter: Int?) {
    self.init(code: code, message: FCMReason(rawValue: reason)?.message ?? "Refused.", reason: reason)
    if reason != Self.status(code) || FCMReason(rawValue: reason) != nil { details = [Self.fcmError(reason)] }
    self.retryAfter = retryAfter
  }

  /// A payload that is wrong at `field`; there the same status as for a wrong token has other details.
  static func badRequest(_ field: String, _ description: String) -> GoogleError {
    var error = GoogleError(code: 400, message: description)
    error.details = [
      [
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [["field": .text(field), "description": .text(description)]],
      ]
    ]
    return error
  }

  static func unauthenticated(_ reason: String, _ message: String) -> GoogleError {
    var error = GoogleError(code: 401, message: message)
    error.details = [
      [
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": .text(reason), "domain": "googleapis.com",
        "metadata": ["service": "fcm.googleapis.com"],
      ]
    ]
    return error
  }

  static func quota(project: String, retryAfter: Int) -> GoogleError {
    var error = GoogleError(.quotaExceeded)
    error.retryAfter = retryAfter
    error.details.append([
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      "violations": [["subject": .text("project:\(project)"), "description": "Message rate exceeded."]],
    ])
    return error
  }

  var response: HTTP2Response {
    let error: JSONValue = [
      "code": .number(String(code)), "message": .text(message), "status": .text(Self.status(code)),
    ]
    guard case .object(var members) = error else { preconditionFailure("an object is one") }
    if !details.isEmpty { members["details"] = .list(details) }
    var response = HTTP2Response.json(status: code, ["error": .object(members)])
    if let retryAfter { response.headers.append(("retry-after", String(retryAfter))) }
    return response
  }

  private static func fcmError(_ code: String) -> JSONValue {
    ["@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": .text(code)]
  }

  private static func status(_ code: Int) -> String {
    switch code {
    case 400: "INVALID_ARGUMENT"
    case 401: "UNAUTHENTICATED"
    case 403: "PERMISSION_DENIED"
    case 404: "NOT_FOUND"
    case 429: "RESOURCE_EXHAUSTED"
    case 503: "UNAVAILABLE"
    default: "INTERNAL"
    }
  }
}

extension HTTP2Response {
  static func json(status: Int, _ value: JSONValue) -> HTTP2Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = (try? encoder.encode(value)).map(Array.init) ?? []
    return HTTP2Response(status: status, headers: [("content-type", "application/json; charset=UTF-8")], body: body)
  }
}
