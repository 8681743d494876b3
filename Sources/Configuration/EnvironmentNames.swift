/// The environment's variables and their names for keys.
struct EnvironmentVariables {
  let prefix: String
  /// Those with the prefix and a text: `NAME=` is how service managers write what is not set.
  let values: [String: String]

  init(prefix: String, _ environment: [String: String]) {
    self.prefix = prefix
    values = environment.filter { $0.key.hasPrefix(prefix + "_") && !$0.value.isEmpty }
  }

  /// `kafka.bootstrapServers` is `BONGSU_KAFKA_BOOTSTRAP_SERVERS`, `relay.sources.0.dsn` `BONGSU_RELAY_SOURCES_0_DSN`.
  func name(for path: String) -> String {
    var name = prefix + "_"
    var previous: Character = "."
    for character in path {
      if character.isUppercase && (previous.isLowercase || previous.isNumber) { name += "_" }
      name += character.isLetter || character.isNumber ? character.uppercased() : "_"
      previous = character
    }
    return name
  }

  /// The variables of what lies below `path`, with what their names have more.
  func below(_ path: String) -> [(name: String, rest: String, value: String)] {
    let start = name(for: path) + "_"
    return values.filter { $0.key.hasPrefix(start) && $0.key.count > start.count }.sorted { $0.key < $1.key }
      .map { ($0.key, String($0.key.dropFirst(start.count)), $0.value) }
  }
}
