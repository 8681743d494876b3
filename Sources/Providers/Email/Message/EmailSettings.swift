/// What is the same of all mails that a worker sends.
public struct EmailSettings: Sendable {
  /// Who sends, as people see it.
  public var from: String
  public var displayName: String?
  /// Nil: answers go to `from`.
  public var replyTo: String?
  /// Where bounces go, each to an address of its own, `bounce+<delivery id>@<domain>` (VERP); nil: to `from`.
  public var returnPathDomain: String?
  /// The right side of Message-ID; nil: the domain of `from`.
  public var messageIDDomain: String?
  /// Nil: no mail says how to unsubscribe, which large receivers take from nobody who sends more than mail that is asked
  /// for.
  public var unsubscribe: UnsubscribeSettings?
  /// Categories that nobody can unsubscribe from, as receipts and log-in codes are.
  public var transactionalCategories: Set<String> = []
  /// Who sends in Google's Feedback-ID, 5 to 15 letters and digits; the delivery's category stands before it.
  public var feedbackSender: String?
  /// Each signs each mail: an RSA key, and beside it an Ed25519 one.
  public var dkim: [DKIMSettings] = []

  public init(from: String) { self.from = from }
}

/// One click that ends a category's mails (RFC 8058).
public struct UnsubscribeSettings: Sendable, CustomStringConvertible, CustomReflectable {
  /// `https://…` up to where a token of 70 letters follows, so with `/` or `=` at its end. A POST there unsubscribes, a
  /// GET must not: scanners open all links.
  public var baseURL: String
  /// By which nobody else can make tokens; 16 bytes or more.
  public var secret: String

  public init(baseURL: String, secret: String) { (self.baseURL, self.secret) = (baseURL, secret) }

  public var description: String { "UnsubscribeSettings(***)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A key that signs for a domain.
public struct DKIMSettings: Sendable, CustomStringConvertible, CustomReflectable {
  public var domain: String
  public var selector: String
  /// The private key's PEM text: RSA or Ed25519.
  public var key: String

  public init(domain: String, selector: String, key: String) {
    (self.domain, self.selector, self.key) = (domain, selector, key)
  }

  public var description: String { "DKIMSettings(***)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
