/// What a stand-in does instead of its duty.
public enum Misbehaviour: Sendable, Equatable {
  /// An error in the provider's own form, with that reason. Nothing is taken.
  /// - Parameters:
  ///   - retryAfter: seconds.
  ///   - isDate: it is told as the moment in which they are over, rounded up to whole seconds.
  case refuse(status: Int, reason: String, retryAfter: Int? = nil, isDate: Bool = false)
  /// RST_STREAM instead of an answer, with a code of RFC 9113, section 7, such as 2 (INTERNAL_ERROR) or
  /// 7 (REFUSED_STREAM). What is taken counts as accepted when it is correct.
  case reset(code: UInt32, taken: Bool)
  /// GOAWAY, and an end once all that was taken is answered. Where the request is not taken, that is told by the
  /// last stream's number, or by REFUSED_STREAM when a later one was taken.
  case goAway(code: UInt32 = 0, taken: Bool, debug: String = "")
  /// The request is taken, and the connection breaks: after the answer's headers and so many bytes of its body, or
  /// before anything.
  case cut(afterBytes: Int?)
  /// The request is taken and never answered.
  case hang
  /// The answer's headers as usual, its body in pieces of that many bytes with that much time before each.
  case slow(bytes: Int, every: Duration)
  /// The request is taken; what comes back is no HTTP/2, and then the end.
  case garbage
  /// The request is taken; then headers come, a kilobyte in each interim answer, for as long as the client takes them.
  /// HTTP's alone: in SMTP nothing comes, as in the next three.
  case headersWithoutEnd
  /// The usual answer with so many bytes more behind its body.
  case longBody(bytes: Int)
  /// The usual status, and a body of a few kilobytes that would be so many bytes of zeros when it is unpacked.
  case packed(bytes: Int)
  /// 307, and that URL as the place to go to. Nothing is taken.
  case redirect(to: String)
  /// A connection's certificate is for another host; counted by connections instead of requests.
  case wrongCertificate

  /// How many suffer.
  public enum Extent: Sendable, Equatable {
    case next(Int)
    case all
    /// By chance, of 0...1; the same ones in the same order for the same seed.
    case fraction(Double, seed: UInt64)
  }

  /// Whether the request has its effect.
  var takesRequest: Bool {
    switch self {
    case .refuse, .redirect: false
    case .reset(_, let taken), .goAway(_, let taken, _): taken
    case .cut, .hang, .slow, .garbage, .headersWithoutEnd, .longBody, .packed, .wrongCertificate: true
    }
  }
}
