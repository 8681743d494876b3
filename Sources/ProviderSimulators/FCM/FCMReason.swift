/// FCM's `errorCode`s, as in Firebase's "REST error codes for the HTTP v1 API".
public enum FCMReason: String, Sendable, CaseIterable {
  /// For a registration token that has not its form; told of a bad payload by the details.
  case invalidArgument = "INVALID_ARGUMENT"
  case unregistered = "UNREGISTERED"
  case senderIDMismatch = "SENDER_ID_MISMATCH"
  case quotaExceeded = "QUOTA_EXCEEDED"
  case unavailable = "UNAVAILABLE"
  case `internal` = "INTERNAL"
  case thirdPartyAuthError = "THIRD_PARTY_AUTH_ERROR"

  /// HTTP's.
  public var status: Int {
    switch self {
    case .invalidArgument: 400
    case .thirdPartyAuthError: 401
    case .senderIDMismatch: 403
    case .unregistered: 404
    case .quotaExceeded: 429
    case .internal: 500
    case .unavailable: 503
    }
  }

  var message: String {
    switch self {
    case .invalidArgument: "The registration token is not a valid FCM registration token"
    case .unregistered: "Requested entity was not found."
    case .senderIDMismatch: "SenderId mismatch"
    case .quotaExceeded: "Quota exceeded."
    case .unavailable: "The service is currently unavailable."
    case .internal: "Internal error encountered."
    case .thirdPartyAuthError: "Auth error from APNS or Web Push Service"
    }
  }
}
