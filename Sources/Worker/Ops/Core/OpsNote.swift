import NotificationModel
import Signing

/// What a partition's commit says beside its offset: what was told of which group, and what is left of the messages of a
/// minute. Whoever reads the partition next goes on with it, after a kill as after a stop.
struct OpsNote: Sendable, Equatable {
  /// A group's alerts, by their offsets in the partition.
  struct Told: Sendable, Equatable {
    /// Of the group's name.
    var tag: String
    /// How long ago its last message was begun, in milliseconds.
    var age: Int64
    /// Up to it, all are told or given up; -1: none is known to be.
    var through: Int64 = -1
    /// Up to it, from `through` on, all are in a message that was begun and is not known to have ended.
    var begun: Int64?
  }

  /// Milliseconds since 1970.
  var time: Int64
  /// Messages that may be sent at once.
  var tokens: Double
  /// The first of them first, where there is no room for all.
  var told: [Told]

  private static let version = "1"
  /// A broker takes 4,096 bytes.
  static let bytesMax = 4_000
  private static let namespace: [UInt8] = Array("bongsu ops group".utf8)

  /// Stands for a group's name, of which there may be many and long ones: 12 hexadecimal digits.
  static func tag(of group: String) -> String {
    String(NameUUID.text(namespace: namespace, name: Array(group.utf8)).filter { $0 != "-" }.prefix(12))
  }

  /// As `1 1764400000000 9.5 a1b2c3d4e5f6,2500,17,19 …`, with as many groups as there is room for.
  var text: String {
    var text = "\(Self.version) \(time) \(tokens)"
    for one in told {
      let more = " \(one.tag),\(one.age),\(one.through)" + (one.begun.map { ",\($0)" } ?? "")
      if text.utf8.count + more.utf8.count > Self.bytesMax { break }
      text += more
    }
    return text
  }

  init(time: Int64, tokens: Double, told: [Told]) { (self.time, self.tokens, self.told) = (time, tokens, told) }

  /// Nil for what is none, or of another version: then nothing is known.
  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count >= 3, words[0] == Self.version, let time = Int64(words[1]), let tokens = Double(words[2]),
      tokens.isFinite
    else { return nil }
    var told: [Told] = []
    for word in words.dropFirst(3) {
      let parts = word.split(separator: ",")
      let numbers = parts.dropFirst().compactMap { Int64($0) }
      guard let tag = parts.first, numbers.count == parts.count - 1, (2...3).contains(numbers.count) else { return nil }
      let begun = numbers.count == 3 ? numbers[2] : nil
      told.append(Told(tag: String(tag), age: max(0, numbers[0]), through: numbers[1], begun: begun))
    }
    self.init(time: time, tokens: tokens, told: told)
  }
}
