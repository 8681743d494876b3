/// The values used last, at most `capacity` of them: in two generations, of which the older is dropped when the younger
/// is half of it. A value that is used moves into the younger.
struct LocalCache<Key: Hashable, Value> {
  private let half: Int
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  init(capacity: Int) { half = max(1, capacity / 2) }

  var count: Int { young.count + old.count }

  mutating func value(_ key: Key) -> Value? {
    if let value = young[key] { return value }
    guard let value = old.removeValue(forKey: key) else { return nil }
    set(key, value)
    return value
  }

  mutating func set(_ key: Key, _ value: Value) {
    if young.count >= half, young[key] == nil {
      old = young
      young = [:]
      young.reserveCapacity(half)
    }
    old[key] = nil
    young[key] = value
  }
}
