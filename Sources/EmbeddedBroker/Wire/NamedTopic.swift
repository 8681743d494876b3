/// A topic by its name, and what is asked or told of its partitions: the same in several APIs.
struct NamedTopic<Partition: WireMessage>: WireMessage {
  var name = ""
  var partitions: [Partition] = []

  mutating func fields(_ wire: inout some Wire) throws(WireError) {
    try wire.string(&name)
    try wire.array(&partitions)
    try wire.tags()
  }
}
