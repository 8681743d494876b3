/// What jsonb would refuse, and at which byte; reads on after "the payload".
enum JSONFault: Error, Equatable, CustomStringConvertible {
  case malformed(at: Int)
  case zeroCharacter(at: Int)
  case loneSurrogate(at: Int)
  case tooDeep(at: Int)
  case numberOutOfRange(at: Int)

  var description: String {
    switch self {
    case .malformed(let place): "is no JSON: see byte \(place)"
    case .zeroCharacter(let place): "holds \\u0000 at byte \(place), which PostgreSQL's jsonb cannot store"
    case .loneSurrogate(let place):
      "holds half a surrogate pair at byte \(place), which PostgreSQL's jsonb cannot store"
    case .tooDeep(let place): "is nested over \(JSONCheck.depthLimit) levels deep at byte \(place)"
    case .numberOutOfRange(let place):
      "holds a number at byte \(place) of over \(JSONCheck.numberLimit) digits, exponent included"
    }
  }
}
