/// DKIM's relaxed canonicalisation (RFC 6376, section 3.4): what mail servers may change does not count.
enum RelaxedForm {
  /// `name:value` on one line, without a line break.
  static func field(_ name: String, _ value: ArraySlice<UInt8>) -> [UInt8] {
    var form = Array("\(name):".utf8)
    var (isFirst, hasSpace) = (true, false)
    for byte in value where byte != 0x0D && byte != 0x0A {
      if MailFields.isSpace(byte) {
        hasSpace = true
        continue
      }
      if hasSpace, !isFirst { form.append(0x20) }
      form.append(byte)
      (isFirst, hasSpace) = (false, false)
    }
    return form
  }

  /// Of lines that end by CRLF. Empty lines at the end do not count, and a body of nothing else is empty.
  static func body(_ body: ArraySlice<UInt8>) -> [UInt8] {
    var form: [UInt8] = []
    form.reserveCapacity(body.count + 2)
    var (breaks, hasSpace) = (0, false)
    var place = body.startIndex
    while place < body.endIndex {
      let byte = body[place]
      place += 1
      if MailFields.isSpace(byte) {
        hasSpace = true
      } else if byte == 0x0D, place < body.endIndex, body[place] == 0x0A {
        place += 1
        (breaks, hasSpace) = (breaks + 1, false)
      } else {
        while breaks > 0 {
          form += [0x0D, 0x0A]
          breaks -= 1
        }
        if hasSpace { form.append(0x20) }
        form.append(byte)
        hasSpace = false
      }
    }
    return form.isEmpty ? form : form + [0x0D, 0x0A]
  }
}
