import CHiredis

extension RedisValue {
  /// Copies an answer out of hiredis' memory. Its depth is bounded by hiredis' reader.
  init(_ reply: redisReply) throws(RedisError) {
    switch unsafe reply.type {
    case REDIS_REPLY_NIL: self = .null
    case REDIS_REPLY_INTEGER: self = .integer(unsafe reply.integer)
    case REDIS_REPLY_STRING: self = .bytes(unsafe Self.bytes(reply))
    case REDIS_REPLY_STATUS: self = .status(unsafe Self.text(reply))
    case REDIS_REPLY_ERROR: self = .error(RedisError(serverText: unsafe Self.text(reply)))
    case REDIS_REPLY_ARRAY:
      var elements: [RedisValue] = []
      for index in 0..<(unsafe Int(reply.elements)) {
        guard let element = unsafe reply.element?[index]?.pointee else { continue }
        elements.append(try unsafe RedisValue(element))
      }
      self = .array(elements)
    default: throw RedisError(.unexpectedAnswer, "an answer of Redis is of an unknown kind")
    }
  }

  private static func text(_ reply: redisReply) -> String {
    unsafe String(decoding: bytes(reply), as: UTF8.self)
  }

  private static func bytes(_ reply: redisReply) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: reply.str, count: Int(reply.len)))
  }
}
