import Foundation

/// Signatures of a domain over mail (RFC 6376), relaxed in header and body.
public enum DKIM {
  /// What is signed where a message has it. Both List-Unsubscribe fields must be, for one click to count (RFC 8058).
  public static let fields = [
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Feedback-ID",
  ]

  /// Signed once more than they are there, so that nobody can add another.
  private static let sealed: Set = ["from", "to", "subject"]

  /// - Parameters:
  ///   - message: with CRLF at the end of each line, dots not doubled.
  ///   - fields: the names of what is signed; without those that the transport writes anew.
  ///   - seconds: since 1970, for `t=`.
  /// - Returns: the message with a signature of each signer in front.
  /// - Throws: `badInput` for what is no message or has not one From.
  public static func sign(
    _ message: [UInt8], by signers: [DKIMSigner], fields: [String] = fields, at seconds: Int64
  ) throws(SigningError) -> [UInt8] {
    guard !signers.isEmpty else { return message }
    let mail = try MailFields(message)
    guard mail.fields.count(where: { $0.name == "from" }) == 1 else {
      throw SigningError(.badInput, "a mail to sign has one From, and no other number")
    }
    let chosen = choose(fields.map { $0.lowercased() }, of: mail.fields)
    let digest = Data(SHA256.hash(RelaxedForm.body(mail.body))).base64EncodedString()
    var signatures: [UInt8] = []
    for signer in signers {
      let unsigned = Self.unsigned(signer, names: chosen.names, bodyDigest: digest, at: seconds)
      let form = chosen.form + RelaxedForm.field("dkim-signature", Array(unsigned.utf8)[...])
      let signature = Data(try signer.sign(form)).base64EncodedString()
      signatures += Array("DKIM-Signature:\(unsigned)\(folded(signature))\r\n".utf8)
    }
    return signatures + message
  }

  /// The names for `h=`, and the signed fields' form. Of several with one name the last comes first.
  private static func choose(
    _ names: [String], of fields: [MailFields.Field]
  ) -> (names: [String], form: [UInt8]) {
    var (chosen, form): ([String], [UInt8]) = ([], [])
    for name in names {
      for field in fields.reversed() where field.name == name {
        chosen.append(name)
        form += RelaxedForm.field(name, field.value) + [0x0D, 0x0A]
      }
      if sealed.contains(name) { chosen.append(name) }
    }
    return (chosen, form)
  }

  /// The field's value up to the signature.
  private static func unsigned(
    _ signer: DKIMSigner, names: [String], bodyDigest: String, at seconds: Int64
  ) -> String {
    var lines = [" v=1; a=\(signer.algorithm); c=relaxed/relaxed; t=\(seconds);"]
    lines += [" d=\(signer.domain);", " s=\(signer.selector);"]
    var line = " h=" + names[0]
    for name in names.dropFirst() {
      line += ":"
      if line.utf8.count + name.utf8.count > 74 {
        lines.append(line)
        line = "  "
      }
      line += name
    }
    return (lines + [line + ";", " bh=\(bodyDigest);", " b="]).joined(separator: "\r\n")
  }

  private static func folded(_ text: String) -> String {
    let letters = Array(text.utf8)
    return stride(from: 0, to: letters.count, by: 72).map {
      String(decoding: letters[$0..<min($0 + 72, letters.count)], as: UTF8.self)
    }.joined(separator: "\r\n  ")
  }
}
