import CNGHTTP2

/// Headers as nghttp2 wants them: pointers into one piece of memory, which holds for a call.
enum HeaderBlock {
  static func with(_ fields: [(String, String)], _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
    var text: [UInt8] = []
    for (name, value) in fields {
      text += name.utf8
      text += value.utf8
    }
    unsafe text.withUnsafeMutableBufferPointer { buffer in
      guard var next = buffer.baseAddress else { return }
      let list = unsafe fields.map { name, value in
        let (nameBytes, valueBytes) = (name.utf8.count, value.utf8.count)
        defer { unsafe next += nameBytes + valueBytes }
        return unsafe nghttp2_nv(
          name: next, value: next + nameBytes, namelen: nameBytes, valuelen: valueBytes,
          flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
      }
      unsafe list.withUnsafeBufferPointer(body)
    }
  }
}
