import CHiredis

/// What one exchange may take of memory, whatever the other side says it will send.
///
/// hiredis asks for the memory of an array when it is announced: ten bytes could ask for sixteen gigabytes. And from 1.0
/// on it takes arrays in arrays of any depth, which it then frees by recursion.
@safe struct ReplyLimits {
  /// Of all answers of one exchange together.
  static let bytes = 256 << 20
  static let elements = 4 << 20
  static let depth = 7

  /// hiredis' own functions.
  let standard: redisReplyObjectFunctions
  var elementsLeft = Self.elements
}

/// Lends hiredis' reader functions of its own, of which that for arrays counts.
@safe final class LimitedReader {
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
  private let limits: UnsafeMutablePointer<ReplyLimits>

  /// The reader must end before this does.
  init(_ reader: UnsafeMutablePointer<redisReader>) {
    unsafe functions = .allocate(capacity: 1)
    unsafe limits = .allocate(capacity: 1)
    let standard = unsafe reader.pointee.fn.pointee
    unsafe limits.initialize(to: ReplyLimits(standard: standard))
    unsafe functions.initialize(to: standard)
    unsafe functions.pointee.createArray = { task, count in
      guard let task = unsafe task,
        let limits = unsafe task.pointee.privdata?.assumingMemoryBound(to: ReplyLimits.self),
        count >= 0, unsafe limits.pointee.elementsLeft >= count, unsafe LimitedReader.isShallow(task)
      else { return nil }
      unsafe limits.pointee.elementsLeft -= Int(count)
      return unsafe limits.pointee.standard.createArray(task, count)
    }
    unsafe reader.pointee.fn = functions
    unsafe reader.pointee.privdata = UnsafeMutableRawPointer(limits)
  }

  private static func isShallow(_ task: UnsafePointer<redisReadTask>) -> Bool {
    var depth = 0
    var parent = unsafe task.pointee.parent
    while let next = unsafe parent, depth < ReplyLimits.depth {
      unsafe parent = next.pointee.parent
      depth += 1
    }
    return depth < ReplyLimits.depth
  }

  func reset() { unsafe limits.pointee.elementsLeft = ReplyLimits.elements }

  deinit {
    unsafe functions.deallocate()
    unsafe limits.deallocate()
  }
}
